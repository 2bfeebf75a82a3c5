import { object, resource, type Any, type Cases } from "./case";

const allow = (statement: Any) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
const cluster = (props: Any) => resource("eks:index:Cluster", props);
const raw = (props: Any) => resource("aws:eks/cluster:Cluster", props);
const group = (ingress: Any) => resource("aws:ec2/securityGroup:SecurityGroup", { ingress });
const from = (cidr: string, fromPort: number, toPort = fromPort) => ({
  protocol: "tcp",
  fromPort,
  toPort,
  cidrBlocks: [cidr],
});
const WORLD = "0.0.0.0/0";
const iam = (policy: Any) => resource("aws:iam/rolePolicy:RolePolicy", { policy });
const trust = (statement: Any) =>
  resource("aws:iam/role:Role", { assumeRolePolicy: allow({ Action: "sts:AssumeRole", ...statement }) });
const attached = (policy: string) =>
  resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", { policyArn: `arn:aws:iam::aws:policy/${policy}` });
const key = (props: Any) => resource("aws:kms/key:Key", { enableKeyRotation: true, ...props });
const database = (props: Any) => resource("aws:rds/instance:Instance", props);
const table = (props: Any) => resource("aws:dynamodb/table:Table", props);
const logs = (props: Any) => resource("aws:cloudwatch/logGroup:LogGroup", props);
const bucket = resource("aws:s3/bucket:Bucket", { tags: {} }, "data");
const part = (kind: string, props: Any, of = "data") =>
  resource(`aws:s3/bucket${kind}:Bucket${kind}`, { bucket: "unknown until made", ...props }, `data-${kind}`, {
    bucket: [of],
  });
const closed = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const vpc = (cidrBlock: string, name = "vpc") => resource("aws:ec2/vpc:Vpc", { cidrBlock }, name);
const subnet = (zone: string, cidrBlock: string, of = "vpc", props: Any = {}) =>
  resource("aws:ec2/subnet:Subnet", { availabilityZone: zone, cidrBlock, ...props }, `subnet-${zone}-${cidrBlock}`, {
    vpcId: [of],
  });
const nodeClass = (spec: Any) => object("karpenter.k8s.aws/v1", "EC2NodeClass", { spec });
const nodes = (props: Any, where = "subnet-a-10.0.0.0/24") =>
  resource("aws:eks/nodeGroup:NodeGroup", props, "nodes", { subnetIds: [where] });
const machines = (props: Any) => resource("aws:eks/nodeGroup:NodeGroup", props);
const encrypted = { deviceName: "/dev/xvda", ebs: { encrypted: true } };
const template = (props: Any) => resource("aws:ec2/launchTemplate:LaunchTemplate", props);
const imds = (metadataOptions: Any) => template({ metadataOptions });
const tags = { environment: "dev", "cost-centre": "engineering", owner: "platform" };
const listener = (props: Any) => resource("aws:lb/listener:Listener", props);
const repository = (props: Any) =>
  resource("aws:ecr/repository:Repository", {
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
    ...props,
  });
const plan = (...rules: Any[]) => resource("aws:backup/plan:Plan", { rules });
const supported = { version: "1.36", upgradePolicy: { supportType: "STANDARD" } };
const LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/** What is asked of AWS. */
export const awsCases: readonly Cases[] = [
  {
    rule: "cluster-endpoint-is-private",
    pass: {
      private: cluster({ endpointPublicAccess: false }),
      "public to a network": cluster({ endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] }),
      "the raw resource": raw({ vpcConfig: { endpointPublicAccess: false } }),
    },
    fail: {
      "not said": cluster({}),
      "to the world": cluster({ endpointPublicAccess: true, publicAccessCidrs: [WORLD] }),
      "the raw resource": raw({ vpcConfig: { endpointPublicAccess: true } }),
    },
  },
  {
    rule: "cluster-secrets-are-encrypted",
    pass: {
      key: cluster({ encryptionConfigKeyArn: "arn:x" }),
      "the raw resource": raw({ encryptionConfig: { provider: { keyArn: "arn:x" }, resources: ["secrets"] } }),
      "another kind": key({}),
    },
    fail: {
      "no key": cluster({}),
      "an empty key": cluster({ encryptionConfigKeyArn: "" }),
      "the raw resource": raw({ encryptionConfig: {} }),
    },
  },
  {
    rule: "cluster-logs-are-complete",
    pass: {
      "all five": cluster({ enabledClusterLogTypes: LOGS }),
      raw: raw({ enabledClusterLogTypes: LOGS }),
      more: cluster({ enabledClusterLogTypes: [...LOGS, "x"] }),
    },
    fail: {
      none: cluster({}),
      "only audit": cluster({ enabledClusterLogTypes: ["audit"] }),
      "all but audit": raw({ enabledClusterLogTypes: LOGS.filter((one) => one !== "audit") }),
    },
  },
  {
    rule: "cluster-versions-are-supported",
    pass: { supported: cluster(supported), older: cluster({ ...supported, version: "1.35" }), raw: raw(supported) },
    fail: {
      "no version": cluster({ ...supported, version: undefined }),
      old: cluster({ ...supported, version: "1.32" }),
      "extended support": cluster({ ...supported, upgradePolicy: { supportType: "EXTENDED" } }),
      "support not said": raw({ version: "1.36" }),
    },
  },
  {
    rule: "nodes-run-supported-images",
    pass: {
      AL2023: machines({ amiType: "AL2023_ARM_64_STANDARD" }),
      Bottlerocket: machines({ amiType: "BOTTLEROCKET_x86_64" }),
      Karpenter: nodeClass({ amiSelectorTerms: [{ alias: "al2023@v20261110" }] }),
    },
    fail: {
      AL2: machines({ amiType: "AL2_x86_64" }),
      "Karpenter's family": nodeClass({ amiFamily: "AL2" }),
      "Karpenter's alias": nodeClass({ amiSelectorTerms: [{ alias: "al2@latest" }] }),
    },
  },
  {
    rule: "nodes-are-private",
    pass: {
      private: [vpc("10.0.0.0/16"), subnet("a", "10.0.0.0/24"), nodes({})],
      "said to be": [vpc("10.0.0.0/16"), subnet("a", "10.0.0.0/24", "vpc", { mapPublicIpOnLaunch: false }), nodes({})],
      "a public subnet without nodes": [
        vpc("10.0.0.0/16"),
        subnet("a", "10.0.0.0/24", "vpc", { mapPublicIpOnLaunch: true }),
      ],
    },
    fail: {
      nodes: [vpc("10.0.0.0/16"), subnet("a", "10.0.0.0/24", "vpc", { mapPublicIpOnLaunch: true }), nodes({})],
      "the control plane": [
        vpc("10.0.0.0/16"),
        subnet("a", "10.0.0.0/24", "vpc", { mapPublicIpOnLaunch: true }),
        resource("aws:eks/cluster:Cluster", {}, "c", { vpcConfig: ["subnet-a-10.0.0.0/24"] }),
      ],
      "the component": [
        vpc("10.0.0.0/16"),
        subnet("a", "10.0.0.0/24", "vpc", { mapPublicIpOnLaunch: true }),
        resource("eks:index:Cluster", {}, "c", { privateSubnetIds: ["subnet-a-10.0.0.0/24"] }),
      ],
    },
  },
  {
    rule: "networks-span-zones",
    pass: {
      three: [vpc("10.0.0.0/16"), subnet("a", "10.0.0.0/24"), subnet("b", "10.0.1.0/24"), subnet("c", "10.0.2.0/24")],
      "no subnets": vpc("10.0.0.0/16"),
      six: [
        vpc("10.0.0.0/16"),
        ...["a", "b", "c"].flatMap((zone, at) => [subnet(zone, `10.0.${at}.0/24`), subnet(zone, `10.0.1${at}.0/24`)]),
      ],
    },
    fail: {
      one: [vpc("10.0.0.0/16"), subnet("a", "10.0.0.0/24")],
      two: [vpc("10.0.0.0/16"), subnet("a", "10.0.0.0/24"), subnet("b", "10.0.1.0/24")],
      "one twice": [
        vpc("10.0.0.0/16"),
        subnet("a", "10.0.0.0/24"),
        subnet("a", "10.0.1.0/24"),
        subnet("b", "10.0.2.0/24"),
      ],
    },
  },
  {
    rule: "networks-do-not-overlap",
    pass: {
      apart: [vpc("10.0.0.0/16"), vpc("10.1.0.0/16", "other")],
      "subnets apart": [vpc("10.0.0.0/16"), subnet("a", "10.0.0.0/24"), subnet("b", "10.0.1.0/24")],
      "the same subnet in two networks": [
        vpc("10.0.0.0/16"),
        vpc("10.1.0.0/16", "other"),
        subnet("a", "10.0.0.0/24"),
        subnet("b", "10.0.0.0/24", "other"),
      ],
    },
    fail: {
      same: [vpc("10.0.0.0/16"), vpc("10.0.0.0/16", "other")],
      within: [vpc("10.0.0.0/8"), vpc("10.3.0.0/16", "other")],
      subnets: [vpc("10.0.0.0/16"), subnet("a", "10.0.0.0/23"), subnet("b", "10.0.1.0/24")],
    },
  },
  {
    rule: "instances-require-imdsv2",
    pass: {
      template: imds({ httpTokens: "required", httpPutResponseHopLimit: 1 }),
      instance: resource("aws:ec2/instance:Instance", {
        metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      }),
      Karpenter: nodeClass({ metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 } }),
    },
    fail: {
      "not said": template({}),
      optional: imds({ httpTokens: "optional", httpPutResponseHopLimit: 1 }),
      "two hops": imds({ httpTokens: "required", httpPutResponseHopLimit: 2 }),
      "hops not said": imds({ httpTokens: "required" }),
    },
  },
  {
    rule: "volumes-are-encrypted",
    pass: {
      volume: resource("aws:ebs/volume:Volume", { encrypted: true }),
      template: template({ blockDeviceMappings: [encrypted] }),
      "a class of another provisioner": object("storage.k8s.io/v1", "StorageClass", { provisioner: "efs.csi.aws.com" }),
    },
    fail: {
      volume: resource("aws:ebs/volume:Volume", {}),
      "one of two disks": template({ blockDeviceMappings: [encrypted, { ebs: {} }] }),
      database: database({ storageEncrypted: false }),
      "a class": object("storage.k8s.io/v1", "StorageClass", {
        provisioner: "ebs.csi.aws.com",
        parameters: { type: "gp3" },
      }),
    },
  },
  {
    rule: "admin-ports-are-closed",
    pass: {
      web: group([from(WORLD, 443)]),
      "from a network": group([from("10.0.0.0/8", 22)]),
      out: resource("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "egress", ...from(WORLD, 22) }),
    },
    fail: {
      ssh: group([from(WORLD, 22)]),
      "within a range": group([from(WORLD, 3000, 4000)]),
      everything: group([{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: [WORLD] }]),
      "over IPv6": resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
        cidrIpv6: "::/0",
        ipProtocol: "tcp",
        fromPort: 6443,
        toPort: 6443,
      }),
    },
  },
  {
    rule: "security-groups-name-their-sources",
    pass: {
      web: group([from(WORLD, 443), from(WORLD, 80)]),
      "from a network": group([from("10.0.0.0/8", 0, 65535)]),
      none: group([]),
    },
    fail: {
      "another port": group([from(WORLD, 8080)]),
      "a range": group([from(WORLD, 80, 443)]),
      everything: group([{ protocol: "-1", cidrBlocks: [WORLD] }]),
    },
  },
  {
    rule: "iam-policies-name-what-they-allow",
    pass: {
      named: iam(allow({ Action: ["s3:GetObject"], Resource: "arn:aws:s3:::data/*" })),
      "a whole service on one resource": iam(allow({ Action: "s3:*", Resource: "arn:aws:s3:::data/*" })),
      "listing on everything": iam(allow({ Action: ["route53:ListHostedZones"], Resource: "*" })),
      "an object in place of text": iam({ Statement: { Effect: "Deny", Action: "*", Resource: "*" } }),
      "reading by its beginning": iam(allow({ Action: "ec2:Describe*", Resource: "*" })),
      "changing what carries a tag": iam(
        allow({ Action: "ec2:Delete*", Resource: "*", Condition: { StringEquals: { "aws:ResourceTag/a": "b" } } }),
      ),
      "passing one role": iam(allow({ Action: "iam:PassRole", Resource: "arn:aws:iam::111111111111:role/node" })),
    },
    fail: {
      "changing by its beginning": iam(allow({ Action: "ec2:D*", Resource: "*" })),
      "passing any role": iam(allow({ Action: "iam:PassRole", Resource: "*" })),
      "reading every secret": iam(allow({ Action: ["secretsmanager:GetSecretValue"], Resource: "*" })),
      "decrypting with every key, in any case": iam(allow({ Action: "KMS:decrypt", Resource: ["*"], Condition: {} })),
      everything: iam(allow({ Action: "*", Resource: "*" })),
      "a whole service on everything": iam(allow({ Action: ["s3:Get*", "ec2:*"], Resource: ["*"] })),
      "everything but": iam(allow({ NotAction: "iam:*", Resource: "*" })),
      inline: resource("aws:iam/role:Role", { inlinePolicies: [{ policy: allow({ Action: "*:*", Resource: "*" }) }] }),
    },
  },
  {
    rule: "roles-trust-named-principals",
    pass: {
      service: trust({ Principal: { Service: "ec2.amazonaws.com" } }),
      "a provider under a condition": trust({
        Principal: { Federated: "arn:x" },
        Condition: { StringEquals: { sub: "a" } },
      }),
      "an account": trust({ Principal: { AWS: "arn:aws:iam::111111111111:root" } }),
    },
    fail: {
      everybody: trust({ Principal: "*" }),
      "every account": trust({ Principal: { AWS: ["*"] } }),
      "a provider without": trust({ Principal: { Federated: "arn:x" } }),
      "an empty condition": trust({ Principal: { Federated: "arn:x" }, Condition: {} }),
    },
  },
  {
    rule: "administrators-are-not-attached",
    pass: {
      "read only": attached("ReadOnlyAccess"),
      "a role's own": resource("aws:iam/role:Role", { managedPolicyArns: [] }),
      "a name like it": attached("AdministratorAccess-Amplify"),
    },
    fail: {
      administrator: attached("AdministratorAccess"),
      "of a job": attached("job-function/PowerUserAccess"),
      "on the role": resource("aws:iam/role:Role", { managedPolicyArns: ["arn:aws:iam::aws:policy/IAMFullAccess"] }),
    },
  },
  {
    rule: "access-is-short-lived",
    pass: {
      role: trust({ Principal: { Service: "x" } }),
      "a key taken out of use": resource("aws:iam/accessKey:AccessKey", { status: "Inactive" }),
      user: resource("aws:iam/user:User", {}),
    },
    fail: {
      key: resource("aws:iam/accessKey:AccessKey", { user: "ci" }),
      "in use": resource("aws:iam/accessKey:AccessKey", { status: "Active" }),
      bare: resource("aws:iam/accessKey:AccessKey", {}),
    },
  },
  {
    rule: "keys-rotate",
    pass: {
      rotates: key({}),
      "a signing key, which cannot": key({ enableKeyRotation: undefined, customerMasterKeySpec: "RSA_2048" }),
      symmetric: key({ customerMasterKeySpec: "SYMMETRIC_DEFAULT" }),
    },
    fail: {
      "not said": key({ enableKeyRotation: undefined }),
      false: key({ enableKeyRotation: false }),
      null: key({ enableKeyRotation: null }),
    },
  },
  {
    rule: "resource-policies-name-principals",
    pass: {
      account: key({
        policy: allow({ Principal: { AWS: "arn:aws:iam::111111111111:root" }, Action: "kms:*", Resource: "*" }),
      }),
      "everybody under a condition": key({
        policy: allow({ Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }),
      }),
      "no policy": key({}),
    },
    fail: {
      key: key({ policy: allow({ Principal: "*", Action: "kms:*" }) }),
      queue: resource("aws:sqs/queuePolicy:QueuePolicy", { policy: allow({ Principal: { AWS: "*" } }) }),
      "an object": resource("aws:sns/topicPolicy:TopicPolicy", {
        policy: { Statement: [{ Effect: "Allow", Principal: "*" }] },
      }),
    },
  },
  {
    rule: "buckets-block-public-access",
    pass: {
      closed: [bucket, part("PublicAccessBlock", closed)],
      "with a policy for a service": [
        bucket,
        part("PublicAccessBlock", closed),
        part("Policy", { policy: allow({ Principal: { Service: "x" } }) }),
      ],
      "the older token": [
        resource("aws:s3/bucketV2:BucketV2", {}, "data"),
        resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", closed, "b", { bucket: ["data"] }),
      ],
    },
    fail: {
      "no block": bucket,
      "another bucket's": [
        bucket,
        resource("aws:s3/bucket:Bucket", {}, "other"),
        part("PublicAccessBlock", closed, "other"),
      ],
      "half a block": [bucket, part("PublicAccessBlock", { ...closed, blockPublicPolicy: false })],
      "a public ACL": [bucket, part("PublicAccessBlock", closed), part("Acl", { acl: "public-read" })],
      "a policy for everybody": [
        bucket,
        part("PublicAccessBlock", closed),
        part("Policy", { policy: allow({ Principal: "*" }) }),
      ],
    },
  },
  {
    rule: "buckets-are-encrypted",
    pass: {
      KMS: [
        bucket,
        part("ServerSideEncryptionConfiguration", {
          rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }],
        }),
      ],
      "S3's own key": [
        bucket,
        part("ServerSideEncryptionConfiguration", {
          rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
        }),
      ],
      "on the bucket": resource("aws:s3/bucket:Bucket", {
        serverSideEncryptionConfiguration: { rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } } },
      }),
    },
    fail: {
      "not said": bucket,
      "another bucket's": [
        bucket,
        resource("aws:s3/bucket:Bucket", {}, "other"),
        part(
          "ServerSideEncryptionConfiguration",
          { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
          "other",
        ),
      ],
      "an empty configuration": [bucket, part("ServerSideEncryptionConfiguration", { rules: [] })],
    },
  },
  {
    rule: "buckets-keep-versions",
    pass: {
      enabled: [bucket, part("Versioning", { versioningConfiguration: { status: "Enabled" } })],
      "on the bucket": resource("aws:s3/bucket:Bucket", { versioning: { enabled: true } }),
      "no bucket": key({}),
    },
    fail: {
      "not said": bucket,
      suspended: [bucket, part("Versioning", { versioningConfiguration: { status: "Suspended" } })],
      off: resource("aws:s3/bucket:Bucket", { versioning: { enabled: false } }),
    },
  },
  {
    rule: "databases-are-private",
    pass: {
      "not said, which is private": database({}),
      false: database({ publiclyAccessible: false }),
      warehouse: resource("aws:redshift/cluster:Cluster", { publiclyAccessible: false }),
    },
    fail: {
      public: database({ publiclyAccessible: true }),
      "one of a cluster": resource("aws:rds/clusterInstance:ClusterInstance", { publiclyAccessible: true }),
      "a warehouse that says nothing": resource("aws:redshift/cluster:Cluster", {}),
    },
  },
  {
    rule: "databases-are-backed-up",
    pass: {
      week: database({ backupRetentionPeriod: 7 }),
      month: resource("aws:rds/cluster:Cluster", { backupRetentionPeriod: 30 }),
      "a replica": database({ replicateSourceDb: "x" }),
    },
    fail: {
      "not said": database({}),
      day: database({ backupRetentionPeriod: 1 }),
      none: resource("aws:rds/cluster:Cluster", { backupRetentionPeriod: 0 }),
    },
  },
  {
    rule: "data-is-protected-from-deletion",
    pass: {
      database: database({ deletionProtection: true }),
      table: table({ deletionProtectionEnabled: true }),
      cluster: raw({ deletionProtection: true }),
    },
    fail: {
      "not said": database({}),
      table: table({ deletionProtectionEnabled: false }),
      cluster: cluster({ deletionProtection: false }),
    },
  },
  {
    rule: "tables-recover-to-a-point-in-time",
    pass: {
      on: table({ pointInTimeRecovery: { enabled: true } }),
      "with days": table({ pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 7 } }),
      "another kind": key({}),
    },
    fail: {
      "not said": table({}),
      off: table({ pointInTimeRecovery: { enabled: false } }),
      null: table({ pointInTimeRecovery: null }),
    },
  },
  {
    rule: "backups-are-kept",
    pass: {
      week: plan({ lifecycle: { deleteAfter: 7 } }),
      "for ever": plan({}),
      two: plan({ lifecycle: { deleteAfter: 30 } }, { lifecycle: { deleteAfter: 365 } }),
    },
    fail: {
      day: plan({ lifecycle: { deleteAfter: 1 } }),
      "one of two": plan({ lifecycle: { deleteAfter: 30 } }, { lifecycle: { deleteAfter: 3 } }),
      "no rule": plan(),
    },
  },
  {
    rule: "log-groups-have-retention",
    pass: { week: logs({ retentionInDays: 7 }), year: logs({ retentionInDays: 365 }), "another kind": key({}) },
    fail: {
      "for ever": logs({}),
      "0, which is for ever": logs({ retentionInDays: 0 }),
      "three days": logs({ retentionInDays: 3 }),
    },
  },
  {
    rule: "log-groups-use-a-key",
    pass: {
      key: logs({ kmsKeyId: "arn:x" }),
      "and retention": logs({ kmsKeyId: "arn:x", retentionInDays: 7 }),
      "another kind": key({}),
    },
    fail: { "not said": logs({}), null: logs({ kmsKeyId: null }), empty: logs({ kmsKeyId: "" }) },
  },
  {
    rule: "messages-are-encrypted",
    pass: {
      "SQS's own key": resource("aws:sqs/queue:Queue", { sqsManagedSseEnabled: true }),
      KMS: resource("aws:sqs/queue:Queue", { kmsMasterKeyId: "alias/x" }),
      topic: resource("aws:sns/topic:Topic", { kmsMasterKeyId: "alias/x" }),
    },
    fail: {
      queue: resource("aws:sqs/queue:Queue", {}),
      off: resource("aws:sqs/queue:Queue", { sqsManagedSseEnabled: false }),
      topic: resource("aws:sns/topic:Topic", {}),
    },
  },
  {
    rule: "repositories-are-immutable",
    pass: {
      both: repository({}),
      "with exceptions": repository({ imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" }),
      "with a key": repository({ encryptionConfigurations: [] }),
    },
    fail: {
      mutable: repository({ imageTagMutability: "MUTABLE" }),
      "not said": repository({ imageTagMutability: undefined }),
      "no scan": repository({ imageScanningConfiguration: undefined }),
    },
  },
  {
    rule: "listeners-use-tls",
    pass: {
      HTTPS: listener({ protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" }),
      "a redirect": listener({
        protocol: "HTTP",
        defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS" } }],
      }),
      TLS: listener({ protocol: "TLS" }),
    },
    fail: {
      HTTP: listener({ protocol: "HTTP", defaultActions: [{ type: "forward" }] }),
      "a redirect to HTTP": listener({
        protocol: "HTTP",
        defaultActions: [{ type: "redirect", redirect: { protocol: "HTTP" } }],
      }),
      "an old policy": listener({ protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-2016-08" }),
    },
  },
  {
    rule: "resources-carry-tags",
    pass: {
      all: resource("aws:ec2/vpc:Vpc", { tags }),
      more: resource("aws:sqs/queue:Queue", { tags: { ...tags, Name: "x" } }),
      "what takes none": resource("aws:iam/rolePolicy:RolePolicy", {}),
    },
    fail: {
      none: resource("aws:ec2/vpc:Vpc", {}),
      "one missing": resource("aws:ec2/vpc:Vpc", { tags: { ...tags, owner: undefined } }),
      "one empty": resource("aws:ec2/vpc:Vpc", { tags: { ...tags, owner: "" } }),
    },
  },
];
