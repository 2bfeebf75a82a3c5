import { platform } from "../framework";
import { resourceRule } from "../rule";

/** A key that lives for ever leaks once and for ever. */
export const accessIsShortLived = resourceRule({
  name: "access-is-short-lived",
  description: "No static AWS access key is made.",
  severity: "high",
  framework: platform("E4.7", "IAM without full wildcards; no static cloud keys."),
  requirement: "E4.7",
  remediation: "Use EKS Pod Identity for workloads, OIDC for pipelines and IAM Identity Center for people.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-workloads-use-roles",
  applies: (type) => type === "aws:iam/accessKey:AccessKey",
  judge({ properties }, verdict) {
    if (properties["status"] !== "Inactive") verdict.violation("a static access key is made");
  },
});
