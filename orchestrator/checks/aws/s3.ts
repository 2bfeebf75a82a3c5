import { absentOn } from "./paging";
import type { AwsReader } from "./reader";
import type { ClientSettings } from "./settings";

const DAYS_A_YEAR = 365;

/** Buckets of a real account. What was never set is what S3 does without it. */
export function s3Reader(settings: ClientSettings): Pick<AwsReader, "bucket"> {
  return {
    async bucket(name) {
      const s3 = await import("@aws-sdk/client-s3");
      const client = new s3.S3Client(settings);
      const of = { Bucket: name };
      const versions = await absentOn("NoSuchBucket", () => client.send(new s3.GetBucketVersioningCommand(of)));
      if (versions === undefined) return undefined;
      const [block, encryption, lock] = await Promise.all([
        absentOn("NoSuchPublicAccessBlockConfiguration", () => client.send(new s3.GetPublicAccessBlockCommand(of))),
        absentOn("ServerSideEncryptionConfigurationNotFoundError", () =>
          client.send(new s3.GetBucketEncryptionCommand(of)),
        ),
        absentOn("ObjectLockConfigurationNotFoundError", () =>
          client.send(new s3.GetObjectLockConfigurationCommand(of)),
        ),
      ]);
      const blocked = block?.PublicAccessBlockConfiguration;
      const kept = lock?.ObjectLockConfiguration?.Rule?.DefaultRetention;
      const keyArn =
        encryption?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID;
      return {
        name,
        versioned: versions.Status === "Enabled",
        private: [
          blocked?.BlockPublicAcls,
          blocked?.BlockPublicPolicy,
          blocked?.IgnorePublicAcls,
          blocked?.RestrictPublicBuckets,
        ].every((one) => one === true),
        lockedDays: kept?.Days ?? (kept?.Years ?? 0) * DAYS_A_YEAR,
        ...(keyArn !== undefined && { keyArn }),
      };
    },
  };
}
