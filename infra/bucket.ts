import * as s3 from "@pulumi/aws/s3";
import type * as pulumi from "@pulumi/pulumi";
import { named, type Tags } from "./naming";

export interface SafeBucketArgs {
  /** Unique in the whole world of S3. */
  readonly bucket: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
  /** What was overwritten or deleted can be had back for so long. */
  readonly keepVersionsDays: number;
  /** May be deleted with what it holds: disposable data only. */
  readonly disposable: boolean;
  /** What is in it can be locked against everybody; S3 wants to know when it makes the bucket. */
  readonly lockable?: boolean;
  /** What is in it gets cheaper and ends (H4.4); without it objects stay until their owner deletes them. */
  readonly lifecycle?: { readonly infrequentAfterDays: number; readonly expireAfterDays: number };
  /** AWS services that write into it on behalf of one account. */
  readonly writers?: { readonly services: readonly string[]; readonly account: string };
  readonly tags: Tags;
}

/** Uploads that were begun and never ended cost without being seen. */
const ABORT_UPLOADS_DAYS = 7;

/**
 * A bucket as every one of the platform's is: private in all four ways, owned by the account alone, encrypted by a key
 * of our own, versioned with an end, and spoken to over TLS only. What it returns waits for all of that.
 */
export function safeBucket(
  name: string,
  {
    bucket: bucketName,
    keyArn,
    keepVersionsDays,
    disposable,
    lockable = false,
    lifecycle,
    writers,
    tags,
  }: SafeBucketArgs,
  opts: pulumi.CustomResourceOptions,
): { readonly bucket: s3.Bucket; readonly ready: readonly pulumi.Resource[] } {
  const bucket = new s3.Bucket(
    name,
    {
      bucket: bucketName,
      forceDestroy: disposable,
      ...(lockable ? { objectLockEnabled: true } : {}),
      tags: named(tags, name),
    },
    { ...opts, protect: true },
  );
  const of = { bucket: bucket.id };
  const block = new s3.BucketPublicAccessBlock(
    name,
    { ...of, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    opts,
  );
  const versions = new s3.BucketVersioning(name, { ...of, versioningConfiguration: { status: "Enabled" } }, opts);
  const ready = [
    block,
    versions,
    new s3.BucketOwnershipControls(name, { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } }, opts),
    new s3.BucketServerSideEncryptionConfiguration(
      name,
      {
        ...of,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
            // One call to KMS for many objects.
            bucketKeyEnabled: true,
          },
        ],
      },
      opts,
    ),
    new s3.BucketLifecycleConfiguration(
      name,
      {
        ...of,
        rules: [
          {
            id: "versions-and-uploads-end",
            status: "Enabled",
            filter: {},
            noncurrentVersionExpiration: { noncurrentDays: keepVersionsDays },
            abortIncompleteMultipartUpload: { daysAfterInitiation: ABORT_UPLOADS_DAYS },
          },
          ...(lifecycle === undefined
            ? []
            : [
                {
                  id: "objects-get-cheaper-and-end",
                  status: "Enabled",
                  filter: {},
                  transitions: [{ days: lifecycle.infrequentAfterDays, storageClass: "STANDARD_IA" }],
                  expiration: { days: lifecycle.expireAfterDays },
                },
              ]),
        ],
      },
      { ...opts, dependsOn: [versions] },
    ),
    new s3.BucketPolicy(
      name,
      { ...of, policy: bucket.arn.apply((arn) => policyOf(arn, writers)) },
      { ...opts, dependsOn: [block] },
    ),
  ];
  return { bucket, ready };
}

function policyOf(arn: string, writers: SafeBucketArgs["writers"]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "OnlyOverTls",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      ...(writers === undefined
        ? []
        : [
            {
              Sid: "WritesOfServices",
              Effect: "Allow",
              Principal: { Service: writers.services },
              Action: ["s3:PutObject", "s3:GetBucketPolicy"],
              Resource: [arn, `${arn}/*`],
              // Without it the service could be made to write for somebody else.
              Condition: { StringEquals: { "aws:SourceAccount": writers.account } },
            },
          ]),
    ],
  });
}
