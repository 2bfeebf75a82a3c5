import type { PlatformConfig } from "./config";
import type { Statement } from "./iam";
import { clusterName } from "./naming";

/**
 * What Karpenter may do, no more: read offers and prices, launch and end instances that carry this cluster's tag, pass
 * the node role, and read its own queue (https://karpenter.sh/docs/reference/cloudformation/).
 */
export function karpenterStatements(config: PlatformConfig, nodeRoleArn: string, queueArn: string): Statement[] {
  const owned = { [`aws:ResourceTag/kubernetes.io/cluster/${clusterName(config)}`]: "owned" };
  const asked = { [`aws:RequestTag/kubernetes.io/cluster/${clusterName(config)}`]: "owned" };
  const ec2 = `arn:aws:ec2:${config.region}`;
  return [
    {
      actions: [
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeImages",
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceStatus",
        "ec2:DescribeInstanceTypeOfferings",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplates",
        "ec2:DescribePlacementGroups",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSpotPriceHistory",
        "ec2:DescribeSubnets",
      ],
      // Describe actions know no resources (Service Authorization Reference, Amazon EC2).
      resources: ["*"],
      conditions: { StringEquals: { "aws:RequestedRegion": config.region } },
    },
    // Prices are public, know no resources, and are asked for in one of few regions that depends on the continent.
    { actions: ["pricing:GetProducts"], resources: ["*"] },
    { actions: ["ssm:GetParameter"], resources: [`arn:aws:ssm:${config.region}::parameter/aws/service/*`] },
    {
      actions: ["ec2:RunInstances", "ec2:CreateFleet"],
      resources: [
        `${ec2}::image/*`,
        `${ec2}::snapshot/*`,
        `${ec2}:*:subnet/*`,
        `${ec2}:*:security-group/*`,
        `${ec2}:*:placement-group/*`,
      ],
    },
    {
      actions: ["ec2:RunInstances", "ec2:CreateFleet"],
      resources: [`${ec2}:*:launch-template/*`],
      conditions: { StringEquals: owned },
    },
    {
      actions: ["ec2:RunInstances", "ec2:CreateFleet", "ec2:CreateLaunchTemplate", "ec2:CreateTags"],
      resources: ["fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request"].map(
        (kind) => `${ec2}:*:${kind}/*`,
      ),
      conditions: { StringEquals: asked },
    },
    {
      actions: ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate", "ec2:CreateTags"],
      resources: [`${ec2}:*:instance/*`, `${ec2}:*:launch-template/*`],
      conditions: { StringEquals: owned },
    },
    {
      actions: ["iam:PassRole"],
      resources: [nodeRoleArn],
      conditions: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
    },
    {
      actions: [
        "iam:CreateInstanceProfile",
        "iam:TagInstanceProfile",
        "iam:AddRoleToInstanceProfile",
        "iam:RemoveRoleFromInstanceProfile",
        "iam:DeleteInstanceProfile",
        "iam:GetInstanceProfile",
      ],
      // Named and, since 1.8, filed by cluster.
      resources: [
        `arn:aws:iam::*:instance-profile/${clusterName(config)}_*`,
        `arn:aws:iam::*:instance-profile/karpenter/${config.region}/${clusterName(config)}/*`,
      ],
    },
    // Listing knows no resources (Service Authorization Reference, IAM).
    { actions: ["iam:ListInstanceProfiles"], resources: ["*"] },
    // The first spot request of an account makes the role that EC2 runs spot with.
    {
      actions: ["iam:CreateServiceLinkedRole"],
      resources: ["arn:aws:iam::*:role/aws-service-role/spot.amazonaws.com/*"],
      conditions: { StringEquals: { "iam:AWSServiceName": "spot.amazonaws.com" } },
    },
    { actions: ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"], resources: [queueArn] },
    { actions: ["eks:DescribeCluster"], resources: [`arn:aws:eks:${config.region}:*:cluster/${clusterName(config)}`] },
  ];
}
