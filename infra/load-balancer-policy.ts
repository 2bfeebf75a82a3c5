import type { PlatformConfig } from "./config";
import type { Statement } from "./iam";
import { clusterName } from "./naming";

/**
 * What the AWS Load Balancer Controller needs for Network Load Balancers, out of its own policy
 * (kubernetes-sigs/aws-load-balancer-controller, docs/install/iam_policy.json at v3.5.0): it changes only what carries
 * this cluster's tag.
 */
export function loadBalancerStatements(config: PlatformConfig): Statement[] {
  const elb = `arn:aws:elasticloadbalancing:${config.region}:*`;
  const groups = `arn:aws:ec2:${config.region}:*:security-group/*`;
  const owned = { StringEquals: { "aws:ResourceTag/elbv2.k8s.aws/cluster": clusterName(config) } };
  // Groups that EKS made, like the cluster's own, carry this tag and not the controller's.
  const ownedByCluster = {
    StringEquals: { [`aws:ResourceTag/kubernetes.io/cluster/${clusterName(config)}`]: "owned" },
  };
  const asked = { StringEquals: { "aws:RequestTag/elbv2.k8s.aws/cluster": clusterName(config) } };
  // Tags change with the platform's; the one that says whose it is cannot.
  const retagged = { ...owned, Null: { "aws:RequestTag/elbv2.k8s.aws/cluster": "true" } };
  return [
    {
      // Describe actions know no resources (Service Authorization Reference).
      actions: [
        "ec2:DescribeAccountAttributes",
        "ec2:DescribeAddresses",
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeInstances",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeTags",
        "ec2:DescribeVpcs",
        "ec2:GetSecurityGroupsForVpc",
        "elasticloadbalancing:DescribeCapacityReservation",
        "elasticloadbalancing:DescribeListenerAttributes",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeLoadBalancerAttributes",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeRules",
        "elasticloadbalancing:DescribeTags",
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
      ],
      resources: ["*"],
      conditions: { StringEquals: { "aws:RequestedRegion": config.region } },
    },
    {
      actions: ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"],
      resources: [`${elb}:loadbalancer/net/*`, `${elb}:targetgroup/*`],
      conditions: asked,
    },
    {
      actions: ["elasticloadbalancing:AddTags"],
      resources: [`${elb}:loadbalancer/net/*`, `${elb}:targetgroup/*`, `${elb}:listener/net/*`],
      conditions: asked,
    },
    {
      actions: ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
      resources: [`${elb}:loadbalancer/net/*`, `${elb}:targetgroup/*`, `${elb}:listener/net/*`],
      conditions: retagged,
    },
    {
      actions: [
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:DeleteListener",
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:DeregisterTargets",
        "elasticloadbalancing:ModifyListener",
        "elasticloadbalancing:ModifyListenerAttributes",
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "elasticloadbalancing:ModifyTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
        "elasticloadbalancing:RegisterTargets",
        "elasticloadbalancing:SetSecurityGroups",
        "elasticloadbalancing:SetSubnets",
      ],
      resources: [`${elb}:loadbalancer/net/*`, `${elb}:targetgroup/*`, `${elb}:listener/net/*`],
      conditions: owned,
    },
    { actions: ["ec2:CreateSecurityGroup"], resources: [groups], conditions: asked },
    // The network a group is made in is a resource of the same call, and is not tagged by it.
    { actions: ["ec2:CreateSecurityGroup"], resources: [`arn:aws:ec2:${config.region}:*:vpc/*`] },
    {
      actions: ["ec2:CreateTags"],
      resources: [groups],
      conditions: { ...asked, StringLike: { "ec2:CreateAction": "CreateSecurityGroup" } },
    },
    { actions: ["ec2:CreateTags", "ec2:DeleteTags"], resources: [groups], conditions: retagged },
    {
      actions: ["ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup", "ec2:RevokeSecurityGroupIngress"],
      resources: [groups],
      conditions: owned,
    },
    // Opens node and pod ports to the balancer.
    {
      actions: ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
      resources: [groups],
      conditions: ownedByCluster,
    },
    // The first balancer of an account makes the role that ELB runs with.
    {
      actions: ["iam:CreateServiceLinkedRole"],
      resources: ["arn:aws:iam::*:role/aws-service-role/elasticloadbalancing.amazonaws.com/*"],
      conditions: { StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" } },
    },
  ];
}
