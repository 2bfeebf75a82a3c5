import { expect } from "chai";
import type { Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

describe("phase 20: deliverables", () => {
  const built: Record<string, Registered[]> = {};
  before(async () => {
    for (const environment of ["dev", "production"]) built[environment] = (await recorded(environment)).seen;
  });
  const inputsOf = (type: string, environment = "production") =>
    built[environment]?.find((one) => one.type === `aws:s3/${type}` && one.name === "deliverables-bucket")?.inputs ??
    {};
  const lock = "bucketObjectLockConfiguration:BucketObjectLockConfiguration";

  it("[D7.2] keeps evidence where nothing is overwritten or deleted for 400 days", () => {
    expect(inputsOf("bucket:Bucket")).to.include({ objectLockEnabled: true, forceDestroy: false });
    expect(inputsOf(lock)["rule"]).to.deep.equal({ defaultRetention: { mode: "GOVERNANCE", days: 400 } });
    expect(inputsOf("bucketVersioning:BucketVersioning")["versioningConfiguration"]).to.deep.equal({
      status: "Enabled",
    });
  });
  it("[B4.1] keeps that of dev for a day, and lets it go with dev", () => {
    expect(inputsOf("bucket:Bucket", "dev")).to.include({ forceDestroy: true });
    expect(inputsOf(lock, "dev")["rule"]).to.deep.equal({ defaultRetention: { mode: "GOVERNANCE", days: 1 } });
  });
  it("is private and encrypted with a key of its own", () => {
    expect(inputsOf("bucketPublicAccessBlock:BucketPublicAccessBlock")).to.include({
      blockPublicAcls: true,
      restrictPublicBuckets: true,
    });
    const [rule] = inputsOf("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")[
      "rules"
    ] as { applyServerSideEncryptionByDefault: object }[];
    expect(rule?.applyServerSideEncryptionByDefault).to.deep.equal({
      sseAlgorithm: "aws:kms",
      kmsMasterKeyId: "arn:deliverables-key",
    });
  });
});
