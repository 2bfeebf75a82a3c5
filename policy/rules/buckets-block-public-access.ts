import { bucketsOf, partsOf } from "../bucket";
import { fsbp } from "../framework";
import { allows, forEverybody, isConditional, statementsOf } from "../iam-document";
import { stackRule } from "../rule";
import { UNKNOWN, type Value } from "../value";

const BLOCKS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
const PUBLIC_ACLS: readonly Value[] = ["public-read", "public-read-write", "authenticated-read"];

/** Nothing here serves files to the world, so nothing here may be public. */
export const bucketsBlockPublicAccess = stackRule({
  name: "buckets-block-public-access",
  description: "Every S3 bucket blocks public access in all four ways, and has no public ACL or policy.",
  severity: "critical",
  framework: fsbp("S3.8", "S3 general purpose buckets should block public access."),
  decidedLate: true,
  requirement: "H5.2",
  remediation: "Add a BucketPublicAccessBlock for the bucket with all four settings true.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
  judge(stack, verdict) {
    for (const bucket of bucketsOf(stack)) {
      const blocks = partsOf(bucket, "BucketPublicAccessBlock", stack);
      if (blocks.length === 0) verdict.violation(`${bucket.name} has no public access block`, bucket.urn);
      for (const { properties } of blocks) {
        const open = BLOCKS.filter((key) => properties[key] !== true);
        if (open.some((key) => properties[key] === UNKNOWN))
          verdict.undecided(`the public access block of ${bucket.name}`, bucket.urn);
        else if (open.length > 0)
          verdict.violation(`the public access block of ${bucket.name} leaves ${open.join(", ")} off`, bucket.urn);
      }
      const acls = [bucket, ...partsOf(bucket, "BucketAcl", stack)].map(({ properties }) => properties["acl"]);
      if (acls.some((acl) => PUBLIC_ACLS.includes(acl)))
        verdict.violation(`${bucket.name} has a public ACL`, bucket.urn);
      for (const { properties } of [bucket, ...partsOf(bucket, "BucketPolicy", stack)]) {
        const statements = statementsOf(properties["policy"]);
        if (statements === UNKNOWN || statements === undefined) continue;
        if (statements.some((one) => allows(one) && forEverybody(one) && !isConditional(one)))
          verdict.violation(`${bucket.name} has a policy for everybody`, bucket.urn);
      }
    }
  },
});
