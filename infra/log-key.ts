import * as kms from "@pulumi/aws/kms";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { accountOf, clusterName, named, type Tags } from "./naming";

/**
 * The key of the platform's log groups. CloudWatch Logs may use it for these groups and no others; everything else is
 * up to the account's own policies (CloudWatch Logs user guide, encrypt log data).
 */
export function logKey(name: string, config: PlatformConfig, tags: Tags, child: pulumi.CustomResourceOptions): kms.Key {
  const account = accountOf(config);
  const groups = `arn:aws:logs:${config.region}:${account}:log-group:`;
  const policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" },
      {
        Effect: "Allow",
        Principal: { Service: `logs.${config.region}.amazonaws.com` },
        Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        Resource: "*",
        Condition: {
          ArnLike: {
            "kms:EncryptionContext:aws:logs:arn": [
              `${groups}/slipway/${config.environment}/*`,
              `${groups}/aws/eks/${clusterName(config)}/*`,
              `${groups}/aws/rds/instance/${clusterName(config)}-*`,
            ],
          },
        },
      },
    ],
  });
  return new kms.Key(
    `${name}-logs`,
    {
      description: `logs of ${clusterName(config)}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy,
      tags: named(tags, `${name}-logs`),
    },
    { ...child, protect: true },
  );
}
