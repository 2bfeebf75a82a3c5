import { platform } from "../framework";
import { stackRule } from "../rule";
import { describeWaiver } from "../waiver";

/** A waiver nobody looks at again is a hole with a date on it. */
export const waiversAreInOrder = stackRule({
  name: "waivers-are-in-order",
  description: "Every waiver names one thing, an owner, a reason and a day that has not passed; unused ones are told.",
  severity: "high",
  framework: platform("E1.5", "Waivers have owner and expiry."),
  requirement: "E1.5",
  remediation: "Mend what the waiver is for and remove it, or have its owner answer for it until another day.",
  url: "https://www.pulumi.com/docs/insights/policy/configuration/",
  judge(stack, verdict) {
    for (const report of stack.waivers) {
      if (report.state === "expired" || report.state === "wrong") verdict.violation(describeWaiver(report));
      else if (report.state === "unused") verdict.notice(describeWaiver(report));
    }
  },
});
