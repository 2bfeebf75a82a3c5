import type { Stack } from "./rule";
import type { Subject } from "./subject";

const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];

/** Every S3 bucket of a stack, by either token. */
export function bucketsOf(stack: Stack): readonly Subject[] {
  return BUCKETS.flatMap((type) => stack.ofType(type));
}

/**
 * The split resources of a kind that configure a bucket: joined by what their `bucket` was made from, for the name is
 * unknown before the update; by name where both are given as text.
 */
export function partsOf(bucket: Subject, kind: string, stack: Stack): readonly Subject[] {
  const lower = `${kind[0]?.toLowerCase() ?? ""}${kind.slice(1)}`;
  return [`aws:s3/${lower}:${kind}`, `aws:s3/${lower}V2:${kind}V2`]
    .flatMap((type) => stack.ofType(type))
    .filter(({ sources, properties }) => {
      const name = properties["bucket"];
      if ((sources["bucket"] ?? []).includes(bucket.urn)) return true;
      return typeof name === "string" && (name === bucket.properties["bucket"] || name === bucket.properties["id"]);
    });
}
