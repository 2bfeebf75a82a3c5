import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as sqs from "@pulumi/aws/sqs";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { clusterName, named, type Tags } from "./naming";

/** AWS tells of spot interruptions, rebalances, health events and state changes; Karpenter listens (A3.6). */
export function interruptionQueue(
  name: string,
  config: PlatformConfig,
  tags: Tags,
  child: pulumi.CustomResourceOptions,
): sqs.Queue {
  const queue = new sqs.Queue(
    `${name}-interruption`,
    {
      name: `${clusterName(config)}-interruption`,
      messageRetentionSeconds: 300,
      sqsManagedSseEnabled: true,
      tags: named(tags, `${name}-interruption`),
    },
    child,
  );
  const policy = queue.arn.apply((arn) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: arn,
          // EventBridge serves every account: without this, any of them may tell Karpenter to drain nodes.
          Condition: { ArnLike: { "aws:SourceArn": rulesOf(config, arn) } },
        },
      ],
    }),
  );
  new sqs.QueuePolicy(`${name}-interruption`, { queueUrl: queue.url, policy }, child);
  const events = {
    health: { source: ["aws.health"], "detail-type": ["AWS Health Event"] },
    spot: { source: ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"] },
    rebalance: { source: ["aws.ec2"], "detail-type": ["EC2 Instance Rebalance Recommendation"] },
    state: { source: ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"] },
  };
  for (const [event, pattern] of Object.entries(events)) {
    const rule = new cloudwatch.EventRule(
      `${name}-${event}`,
      {
        name: `${clusterName(config)}-${event}`,
        eventPattern: JSON.stringify(pattern),
        tags: named(tags, `${name}-${event}`),
      },
      child,
    );
    new cloudwatch.EventTarget(`${name}-${event}`, { rule: rule.name, arn: queue.arn }, child);
  }
  return queue;
}

/** The rules of this cluster, in the queue's own account. */
function rulesOf(config: PlatformConfig, queueArn: string): string {
  const [, , , , account = ""] = queueArn.split(":");
  return `arn:aws:events:${config.region}:${account}:rule/${clusterName(config)}-*`;
}
