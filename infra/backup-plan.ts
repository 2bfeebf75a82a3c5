import * as aws from "@pulumi/aws/backup";
import * as iam from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { attach, trust } from "./iam";
import { clusterName, named, type Tags } from "./naming";

/** Volumes tagged `backup=<environment>` are copied on schedule into a vault of their own (B4.1, B4.2). */
export function backupPlan(
  name: string,
  config: PlatformConfig,
  tags: Tags,
  child: pulumi.CustomResourceOptions,
): void {
  const vault = new aws.Vault(
    `${name}-backup`,
    { name: `slipway-${config.environment}`, tags: named(tags, `${name}-backup`) },
    { ...child, protect: true },
  );
  const schedule = config.backup.schedule === "hourly" ? "cron(0 * * * ? *)" : "cron(0 3 * * ? *)";
  const plan = new aws.Plan(
    `${name}-backup`,
    {
      name: `slipway-${config.environment}`,
      rules: [
        {
          ruleName: config.backup.schedule,
          targetVaultName: vault.name,
          schedule,
          lifecycle: { deleteAfter: config.backup.retentionDays },
        },
      ],
      tags: named(tags, `${name}-backup-plan`),
    },
    child,
  );
  const role = new iam.Role(
    `${name}-backup-role`,
    {
      name: `${clusterName(config)}-backup`,
      assumeRolePolicy: trust("backup.amazonaws.com"),
      tags: named(tags, `${name}-backup-role`),
    },
    child,
  );
  attach(`${name}-backup-role`, role, ["service-role/AWSBackupServiceRolePolicyForBackup"], child);
  new aws.Selection(
    `${name}-backup`,
    {
      name: "volumes",
      planId: plan.id,
      iamRoleArn: role.arn,
      selectionTags: [{ type: "STRINGEQUALS", key: "backup", value: config.environment }],
    },
    child,
  );
}
