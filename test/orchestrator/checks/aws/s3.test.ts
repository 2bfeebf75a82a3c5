import { S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { s3Reader } from "../../../../orchestrator/checks/aws/s3";
import { sdkError, settings, useClient } from "./fixture";

describe("the buckets of a real account", () => {
  const aws = useClient(S3Client);
  const absent = (name: string) => () => Promise.reject(sdkError(name));
  const all = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true };
  const answers = {
    GetBucketVersioningCommand: () => ({ Status: "Enabled" }),
    GetPublicAccessBlockCommand: () => ({ PublicAccessBlockConfiguration: all }),
    GetBucketEncryptionCommand: () => ({
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: "arn:key" } }],
      },
    }),
    GetObjectLockConfigurationCommand: () => ({
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 400 } } },
    }),
  };

  it("are read with what guards them [A20.1]", async () => {
    aws.answer(answers);
    expect(await s3Reader(settings).bucket("evidence")).to.deep.equal({
      name: "evidence",
      private: true,
      versioned: true,
      keyArn: "arn:key",
      lockedDays: 400,
    });
    expect(aws.asked.every(({ input }) => input["Bucket"] === "evidence")).to.equal(true);
  });
  it("count a lock in years, and three of four blocks as none", async () => {
    aws.answer({
      ...answers,
      GetPublicAccessBlockCommand: () => ({ PublicAccessBlockConfiguration: { ...all, IgnorePublicAcls: false } }),
      GetObjectLockConfigurationCommand: () => ({
        ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: "COMPLIANCE", Years: 2 } } },
      }),
    });
    expect(await s3Reader(settings).bucket("evidence")).to.include({ private: false, lockedDays: 730 });
  });
  it("are as S3 makes them where nothing was set", async () => {
    aws.answer({
      GetBucketVersioningCommand: () => ({}),
      GetPublicAccessBlockCommand: absent("NoSuchPublicAccessBlockConfiguration"),
      GetBucketEncryptionCommand: absent("ServerSideEncryptionConfigurationNotFoundError"),
      GetObjectLockConfigurationCommand: absent("ObjectLockConfigurationNotFoundError"),
    });
    expect(await s3Reader(settings).bucket("evidence")).to.deep.equal({
      name: "evidence",
      private: false,
      versioned: false,
      lockedDays: 0,
    });
  });
  it("are absent only when S3 says so", async () => {
    aws.answer({ GetBucketVersioningCommand: absent("NoSuchBucket") });
    expect(await s3Reader(settings).bucket("nobody")).to.equal(undefined);
    aws.answer({ GetBucketVersioningCommand: absent("AccessDenied") });
    const error = await s3Reader(settings)
      .bucket("evidence")
      .catch((reason: Error) => reason);
    expect(error).to.have.property("name", "AccessDenied");
  });
});
