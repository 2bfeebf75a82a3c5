import { bucketsOf, partsOf } from "../bucket";
import { securityHub } from "../framework";
import { stackRule } from "../rule";
import { at, UNKNOWN } from "../value";

/** Without versions one wrong delete, or one ransom note, is the end of the data. */
export const bucketsKeepVersions = stackRule({
  name: "buckets-keep-versions",
  description: "Every S3 bucket keeps versions of what is overwritten or deleted.",
  severity: "medium",
  framework: securityHub("S3.14", "S3 general purpose buckets should have versioning enabled."),
  requirement: "B4.1",
  remediation: "Add a BucketVersioning with status Enabled, and a lifecycle rule that expires old versions.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
  levels: { dev: "advisory", staging: "advisory" },
  judge(stack, verdict) {
    for (const bucket of bucketsOf(stack)) {
      const states = partsOf(bucket, "BucketVersioning", stack).map(({ properties }) =>
        at(properties["versioningConfiguration"], "status"),
      );
      const inline = at(bucket.properties["versioning"], "enabled");
      if (states.includes("Enabled") || inline === true) continue;
      if (states.includes(UNKNOWN) || inline === UNKNOWN) verdict.undecided(`versioning of ${bucket.name}`, bucket.urn);
      else verdict.violation(`${bucket.name} keeps no versions`, bucket.urn);
    }
  },
});
