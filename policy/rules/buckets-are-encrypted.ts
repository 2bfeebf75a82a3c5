import { bucketsOf, partsOf } from "../bucket";
import { securityHub } from "../framework";
import { stackRule } from "../rule";
import { flag } from "../setting";
import { at, isAbsent, isFields, items, text, UNKNOWN, type Value } from "../value";

/** S3 encrypts with a key of its own by default; saying so keeps the default from being taken away. */
export const bucketsAreEncrypted = stackRule<{ kms: boolean }>({
  name: "buckets-are-encrypted",
  description: "Every S3 bucket states how it encrypts.",
  severity: "medium",
  framework: securityHub("S3.17", "S3 general purpose buckets should be encrypted at rest with AWS KMS keys."),
  requirement: "B2.1",
  remediation: "Add a BucketServerSideEncryptionConfiguration with aws:kms and a bucket key.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html",
  levels: { dev: "advisory" },
  settings: { kms: flag("demand a KMS key", false) },
  judge(stack, verdict, { kms }) {
    for (const bucket of bucketsOf(stack)) {
      const parts = partsOf(bucket, "BucketServerSideEncryptionConfiguration", stack);
      const inline = bucket.properties["serverSideEncryptionConfiguration"];
      const rules: Value[] = [
        ...parts.map(({ properties }) => properties["rules"]),
        at(inline, "rule"),
        at(inline, "rules"),
      ];
      const algorithms = rules.flatMap(algorithmsOf);
      if (algorithms.includes(UNKNOWN)) verdict.undecided(`how ${bucket.name} encrypts`, bucket.urn);
      else if (algorithms.length === 0) verdict.violation(`${bucket.name} does not say how it encrypts`, bucket.urn);
      else if (kms && !algorithms.every((one) => text(one).startsWith("aws:kms")))
        verdict.violation(`${bucket.name} does not encrypt with a KMS key`, bucket.urn);
    }
  },
});

function algorithmsOf(rules: Value): readonly Value[] {
  const list = isFields(rules) ? [rules] : items(rules);
  if (list === UNKNOWN) return [UNKNOWN];
  return list
    .map((rule) => at(rule, "applyServerSideEncryptionByDefault", "sseAlgorithm"))
    .filter((one) => !isAbsent(one));
}
