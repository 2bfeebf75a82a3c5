import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { serviceRole } from "./iam";
import { clusterName, named, type Tags } from "./naming";

/** Logged egress (B3.1): who talked to whom, kept as long as the other logs. */
export function flowLogs(
  name: string,
  vpc: ec2.Vpc,
  config: PlatformConfig,
  tags: Tags,
  key: pulumi.Input<string>,
  child: pulumi.CustomResourceOptions,
): void {
  const group = new cloudwatch.LogGroup(
    `${name}-flow`,
    {
      name: `/slipway/${config.environment}/flow`,
      retentionInDays: config.monitoring.logRetentionDays,
      kmsKeyId: key,
      tags: named(tags, `${name}-flow`),
    },
    { ...child, protect: config.environment === "production" },
  );
  const role = serviceRole(
    `${name}-flow-role`,
    "vpc-flow-logs.amazonaws.com",
    `${clusterName(config)}-flow-logs`,
    tags,
    child,
  );
  const actions = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"];
  const policy = group.arn.apply((arn) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: actions, Resource: [arn, `${arn}:*`] }],
    }),
  );
  const right = new iam.RolePolicy(`${name}-flow-role`, { role: role.name, policy }, child);
  new ec2.FlowLog(
    `${name}-flow`,
    {
      vpcId: vpc.id,
      trafficType: "ALL",
      logDestination: group.arn,
      iamRoleArn: role.arn,
      tags: named(tags, `${name}-flow`),
    },
    // What was refused while the role had no rights yet is not written later.
    { ...child, dependsOn: [right] },
  );
}
