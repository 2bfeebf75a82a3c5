import { securityHub } from "../framework";
import { resourceRule, shown } from "../rule";
import { isAbsent, UNKNOWN } from "../value";

/** Rotation bounds what a key that leaked can open. AWS rotates symmetric keys only. */
export const keysRotate = resourceRule({
  name: "keys-rotate",
  description: "Every symmetric KMS key rotates every year.",
  severity: "medium",
  framework: securityHub("KMS.4", "AWS KMS key rotation should be enabled."),
  requirement: "H5.2",
  remediation: "Set enableKeyRotation: true on the key.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
  levels: { dev: "advisory" },
  applies: (type) => type === "aws:kms/key:Key",
  judge({ properties }, verdict) {
    const { enableKeyRotation: rotation, customerMasterKeySpec: spec } = properties;
    if (spec !== UNKNOWN && !isAbsent(spec) && spec !== "SYMMETRIC_DEFAULT") return;
    if (rotation === UNKNOWN) verdict.undecided("enableKeyRotation");
    else if (rotation !== true) verdict.violation(`enableKeyRotation is ${shown(rotation)}`);
  },
});
