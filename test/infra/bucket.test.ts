import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { safeBucket } from "../../infra/bucket";
import { record, type Registered } from "../support/pulumi";

describe("a bucket of the platform", () => {
  let seen: Registered[];
  before(async () => {
    const tags = { owner: "team" };
    const given = { bucket: "data-1", keyArn: "arn:key", keepVersionsDays: 12, disposable: false, tags };
    seen = (await record("dev", () => safeBucket("data", given, {}))).seen;
  });
  const inputsOf = (type: string) => seen.find((one) => one.type.endsWith(`:${type}`))?.inputs ?? {};

  it("is private in all four ways and owned by the account alone", () => {
    expect(inputsOf("BucketPublicAccessBlock")).to.include({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(inputsOf("BucketOwnershipControls")["rule"]).to.deep.equal({ objectOwnership: "BucketOwnerEnforced" });
  });
  it("is encrypted by the key it is given, with few calls to it", () => {
    expect(inputsOf("BucketServerSideEncryptionConfiguration")["rules"]).to.deep.equal([
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:key" },
        bucketKeyEnabled: true,
      },
    ]);
  });
  it("keeps versions, with an end, and ends uploads that nobody ended", () => {
    expect(inputsOf("BucketVersioning")["versioningConfiguration"]).to.deep.equal({ status: "Enabled" });
    const [rule] = inputsOf("BucketLifecycleConfiguration")["rules"] as object[];
    expect(rule).to.deep.include({
      noncurrentVersionExpiration: { noncurrentDays: 12 },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    });
  });
  it("refuses everything that is not over TLS, of itself and of what it holds", () => {
    const { Statement } = JSON.parse(String(inputsOf("BucketPolicy")["policy"])) as { Statement: object[] };
    expect(Statement).to.have.length(1);
    expect(Statement[0]).to.deep.include({
      Effect: "Deny",
      Action: "s3:*",
      Resource: ["arn:data", "arn:data/*"],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
  });
  it("goes with what it holds only when that is disposable, and carries its name", async () => {
    expect(inputsOf("Bucket")).to.deep.include({ forceDestroy: false, tags: { owner: "team", Name: "data" } });
    const given = { bucket: "b", keyArn: "k", keepVersionsDays: 1, disposable: true, tags: {} };
    const other = await record("dev", () => safeBucket("b", given, {}));
    expect(other.seen.find((one) => one.type.endsWith(":Bucket"))?.inputs["forceDestroy"]).to.equal(true);
  });
  it("is ready when all its settings are", async () => {
    const given = { bucket: "b", keyArn: "k", keepVersionsDays: 1, disposable: true, tags: {} };
    const { result } = await record("dev", () => safeBucket("b", given, {}));
    expect(result.ready).to.have.length(6);
    expect(result.ready.every((one) => pulumi.Resource.isInstance(one))).to.equal(true);
  });
});
