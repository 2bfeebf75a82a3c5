/** What a component's own documentation asks for in AWS, and what of it is not given here, with the reason. */
export interface PublishedRights {
  /** The page, or the file of the release, that lists the actions. */
  readonly source: string;
  readonly actions: readonly string[];
  /** Asked for by the page, not given: action → why this platform works without. */
  readonly withheld?: Readonly<Record<string, string>>;
}

const ofEc2 = (...names: string[]) => names.map((name) => `ec2:${name}`);
const ofElb = (...names: string[]) => names.map((name) => `elasticloadbalancing:${name}`);
const each = (actions: readonly string[], reason: string) =>
  Object.fromEntries(actions.map((action) => [action, reason]));

const APPLICATION_BALANCERS = "only network load balancers are made; this belongs to application load balancers";

/** By `namespace/service account`: whoever has a role by Pod Identity stands here. Managed policies are AWS's own list. */
export const publishedRights: Readonly<Record<string, PublishedRights | { readonly managed: string }>> = {
  // https://docs.aws.amazon.com/eks/latest/userguide/cni-iam-role.html
  "kube-system/aws-node": { managed: "AmazonEKS_CNI_Policy" },
  // https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html
  "kube-system/ebs-csi-controller-sa": { managed: "AmazonEBSCSIDriverPolicyV2" },
  "kube-system/karpenter": {
    source: "https://karpenter.sh/docs/reference/cloudformation/",
    actions: [
      ...ofEc2("RunInstances", "CreateFleet", "CreateLaunchTemplate", "CreateTags"),
      ...ofEc2("TerminateInstances", "DeleteLaunchTemplate"),
      ...ofEc2("DescribeCapacityReservations", "DescribeImages", "DescribeInstances", "DescribeInstanceTypeOfferings"),
      ...ofEc2(
        "DescribeInstanceStatus",
        "DescribeInstanceTypes",
        "DescribeLaunchTemplates",
        "DescribePlacementGroups",
        "DescribeSecurityGroups",
      ),
      ...ofEc2("DescribeSpotPriceHistory", "DescribeSubnets"),
      "ssm:GetParameter",
      "pricing:GetProducts",
      "sqs:DeleteMessage",
      "sqs:GetQueueUrl",
      "sqs:ReceiveMessage",
      "iam:PassRole",
      "iam:CreateInstanceProfile",
      "iam:TagInstanceProfile",
      "iam:AddRoleToInstanceProfile",
      "iam:RemoveRoleFromInstanceProfile",
      "iam:DeleteInstanceProfile",
      "iam:GetInstanceProfile",
      "iam:ListInstanceProfiles",
      "eks:DescribeCluster",
      "arc-zonal-shift:GetManagedResource",
    ],
    withheld: {
      "ec2:DescribeCapacityReservations": "no node class selects a capacity reservation",
      "arc-zonal-shift:GetManagedResource": "asked for only where zonal shifts are turned on, which they are not",
    },
  },
  "kube-system/aws-load-balancer-controller": {
    source: "https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/v3.5.0/docs/install/iam_policy.json",
    actions: [
      "iam:CreateServiceLinkedRole",
      ...ofEc2(
        "DescribeAccountAttributes",
        "DescribeAddresses",
        "DescribeAvailabilityZones",
        "DescribeInternetGateways",
      ),
      ...ofEc2("DescribeVpcs", "DescribeVpcPeeringConnections", "DescribeSubnets", "DescribeSecurityGroups"),
      ...ofEc2("DescribeInstances", "DescribeNetworkInterfaces", "DescribeTags", "GetSecurityGroupsForVpc"),
      ...ofEc2("GetCoipPoolUsage", "DescribeCoipPools", "DescribeIpamPools", "DescribeRouteTables"),
      ...ofEc2("AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress", "CreateSecurityGroup"),
      ...ofEc2("DeleteSecurityGroup", "CreateTags", "DeleteTags"),
      ...ofElb("DescribeLoadBalancers", "DescribeLoadBalancerAttributes", "DescribeListeners", "DescribeRules"),
      ...ofElb("DescribeListenerCertificates", "DescribeSSLPolicies", "DescribeTrustStores"),
      ...ofElb("DescribeTargetGroups", "DescribeTargetGroupAttributes", "DescribeTargetHealth", "DescribeTags"),
      ...ofElb("DescribeListenerAttributes", "DescribeCapacityReservation"),
      ...ofElb("CreateLoadBalancer", "CreateTargetGroup", "CreateListener", "DeleteListener", "CreateRule"),
      ...ofElb("DeleteRule", "AddTags", "RemoveTags", "ModifyLoadBalancerAttributes", "SetIpAddressType"),
      ...ofElb("SetSecurityGroups", "SetSubnets", "DeleteLoadBalancer", "ModifyTargetGroup"),
      ...ofElb("ModifyTargetGroupAttributes", "DeleteTargetGroup", "ModifyListenerAttributes"),
      ...ofElb("ModifyCapacityReservation", "ModifyIpPools", "RegisterTargets", "DeregisterTargets"),
      ...ofElb("SetWebAcl", "ModifyListener", "AddListenerCertificates", "RemoveListenerCertificates"),
      ...ofElb("ModifyRule", "SetRulePriorities"),
      "cognito-idp:DescribeUserPoolClient",
      "acm:ListCertificates",
      "acm:DescribeCertificate",
      "iam:ListServerCertificates",
      "iam:GetServerCertificate",
      ...["GetWebACL", "GetWebACLForResource", "AssociateWebACL", "DisassociateWebACL"].flatMap((name) => [
        `waf-regional:${name}`,
        `wafv2:${name}`,
      ]),
      ...["GetSubscriptionState", "DescribeProtection", "CreateProtection", "DeleteProtection"].map(
        (name) => `shield:${name}`,
      ),
    ],
    withheld: {
      ...each(ofElb("CreateRule", "DeleteRule", "ModifyRule", "SetRulePriorities", "SetWebAcl"), APPLICATION_BALANCERS),
      ...each(ofElb("DescribeTrustStores", "ModifyIpPools"), APPLICATION_BALANCERS),
      ...each(["cognito-idp:DescribeUserPoolClient", "ec2:DescribeIpamPools"], APPLICATION_BALANCERS),
      ...each(
        ["waf-regional", "wafv2"].flatMap((service) =>
          ["GetWebACL", "GetWebACLForResource", "AssociateWebACL", "DisassociateWebACL"].map(
            (name) => `${service}:${name}`,
          ),
        ),
        APPLICATION_BALANCERS,
      ),
      ...each(
        ["GetSubscriptionState", "DescribeProtection", "CreateProtection", "DeleteProtection"].map(
          (name) => `shield:${name}`,
        ),
        "AWS Shield Advanced is not used",
      ),
      ...each(
        [
          ...ofElb("DescribeListenerCertificates", "DescribeSSLPolicies"),
          ...ofElb("AddListenerCertificates", "RemoveListenerCertificates"),
          "acm:ListCertificates",
          "acm:DescribeCertificate",
          "iam:ListServerCertificates",
          "iam:GetServerCertificate",
        ],
        "TLS ends at the gateway, with a certificate of cert-manager: balancers pass TCP",
      ),
      ...each(["ec2:GetCoipPoolUsage", "ec2:DescribeCoipPools"], "there is no AWS Outpost"),
      "ec2:DescribeVpcPeeringConnections": "targets are in the cluster's own network",
      "elasticloadbalancing:ModifyCapacityReservation": "no capacity of a balancer is reserved",
      "elasticloadbalancing:SetIpAddressType": "balancers are IPv4 from the beginning",
    },
  },
  "cert-manager/cert-manager": {
    source: "https://cert-manager.io/docs/configuration/acme/dns01/route53/",
    actions: [
      "route53:GetChange",
      "route53:ChangeResourceRecordSets",
      "route53:ListResourceRecordSets",
      "route53:ListHostedZonesByName",
    ],
    withheld: { "route53:ListHostedZonesByName": "issuers name the zone by its id" },
  },
  "external-dns/external-dns": {
    source: "https://kubernetes-sigs.github.io/external-dns/latest/docs/tutorials/aws/",
    actions: [
      "route53:ChangeResourceRecordSets",
      "route53:ListHostedZones",
      "route53:ListResourceRecordSets",
      "route53:ListTagsForResources",
    ],
  },
  "monitoring/kube-prometheus-stack-prometheus": {
    source: "https://docs.aws.amazon.com/prometheus/latest/userguide/set-up-irsa.html",
    actions: ["aps:RemoteWrite", "aps:GetSeries", "aps:GetLabels", "aps:GetMetricMetadata"],
    withheld: each(
      ["aps:GetSeries", "aps:GetLabels", "aps:GetMetricMetadata"],
      "Prometheus writes; whoever queries the long-term store has rights of their own",
    ),
  },
  "loki/loki": {
    source: "https://grafana.com/docs/loki/latest/setup/install/helm/deployment-guides/aws/",
    actions: ["s3:ListBucket", "s3:PutObject", "s3:GetObject", "s3:DeleteObject"],
  },
  "tempo/tempo": {
    source: "https://grafana.com/docs/tempo/latest/configuration/hosted-storage/s3/",
    actions: [
      "s3:ListBucket",
      "s3:PutObject",
      "s3:GetObject",
      "s3:DeleteObject",
      "s3:GetObjectTagging",
      "s3:PutObjectTagging",
    ],
    withheld: {
      ...each(["s3:GetObjectTagging", "s3:PutObjectTagging"], "objects get no tags: storage.trace.s3.tags is not set"),
    },
  },
  "vault/vault": {
    source: "https://developer.hashicorp.com/vault/docs/configuration/seal/awskms",
    actions: ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"],
  },
  "external-secrets/external-secrets": {
    source: "https://external-secrets.io/latest/provider/aws-secrets-manager/",
    actions: [
      "secretsmanager:GetSecretValue",
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetResourcePolicy",
      "secretsmanager:ListSecretVersionIds",
      "secretsmanager:ListSecrets",
      "secretsmanager:BatchGetSecretValue",
    ],
    withheld: {
      ...each(
        ["secretsmanager:ListSecrets", "secretsmanager:BatchGetSecretValue"],
        "secrets are named one by one; listing knows no resources and would show every name of the account",
      ),
      ...each(
        ["secretsmanager:GetResourcePolicy", "secretsmanager:ListSecretVersionIds"],
        "reading a current value by name asks for neither",
      ),
    },
  },
  "velero/velero-server": {
    source: "https://github.com/vmware-tanzu/velero-plugin-for-aws#option-1-set-permissions-with-an-iam-user",
    actions: [
      ...ofEc2("DescribeVolumes", "DescribeSnapshots", "CreateTags", "CreateVolume", "CreateSnapshot"),
      "ec2:DeleteSnapshot",
      "s3:GetObject",
      "s3:DeleteObject",
      "s3:PutObject",
      "s3:PutObjectTagging",
      "s3:AbortMultipartUpload",
      "s3:ListMultipartUploadParts",
      "s3:ListBucket",
    ],
    withheld: {
      ...each(
        [
          ...ofEc2("DescribeVolumes", "DescribeSnapshots", "CreateTags", "CreateVolume", "CreateSnapshot"),
          "ec2:DeleteSnapshot",
        ],
        "volumes are snapshotted by the CSI driver, which has a role of its own",
      ),
      "s3:PutObjectTagging": "objects of a backup carry no tags; the bucket does",
    },
  },
  // Our own script: it reads the hold from the cluster's tags.
  "off-hours/database-rest": {
    source: "https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html",
    actions: ["eks:DescribeCluster"],
  },
  // The reference Postgres: its instances archive with Barman Cloud, whose page lists the rights for S3.
  "checkout-database/checkout": {
    source: "https://cloudnative-pg.io/plugin-barman-cloud/docs/object_stores/",
    actions: [
      "s3:AbortMultipartUpload",
      "s3:DeleteObject",
      "s3:GetObject",
      "s3:ListBucket",
      "s3:PutObject",
      "s3:PutObjectTagging",
    ],
    withheld: { "s3:PutObjectTagging": "objects of a backup carry no tags; the bucket does" },
  },
};
