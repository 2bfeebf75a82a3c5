import { platform } from "../framework";
import { resourceRule } from "../rule";
import { isAbsent } from "../value";

/** CloudWatch encrypts by itself; a key of one's own is what access to logs can be taken away with. */
export const logGroupsUseAKey = resourceRule({
  name: "log-groups-use-a-key",
  description: "Every CloudWatch log group is encrypted with a KMS key of the account.",
  severity: "low",
  framework: platform("B2.1", "Data at rest is encrypted."),
  requirement: "B2.1",
  remediation: "Set kmsKeyId to a key whose policy lets CloudWatch Logs use it.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
  levels: { dev: "disabled", staging: "advisory", production: "advisory" },
  applies: (type) => type === "aws:cloudwatch/logGroup:LogGroup",
  judge({ properties }, verdict) {
    // The ARN of a key made by this program is unknown before the update; that one is named is the promise.
    if (isAbsent(properties["kmsKeyId"])) verdict.violation("kmsKeyId is not set");
  },
});
