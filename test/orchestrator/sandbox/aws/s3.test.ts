import { expect } from "chai";
import { bucketsFor, describeBucket, s3 } from "../../../../orchestrator/sandbox/aws/s3";
import type { AwsObject } from "../../../../orchestrator/sandbox/aws/account";
import type { Surroundings } from "../../../../orchestrator/sandbox/aws/kind";
import { openAccount } from "./secrets-account";

const BUCKET = "slipway-dev-backup-111122223333";
const KEY = "arn:aws:kms:eu-central-1:111122223333:key/k";

describe("the rehearsal's S3", () => {
  const world = openAccount();
  const surroundings = () => ({ account: world.account() }) as Surroundings;
  const buckets = () => bucketsFor(surroundings(), world.role("writer"));
  const kind = (type: string) => s3[type];
  const make = (name = BUCKET, inputs: Record<string, boolean> = {}) => {
    kind("aws:s3/bucket:Bucket")?.onCreate?.({ bucket: name }, surroundings());
    const object = {
      id: name,
      type: "aws:s3/bucket:Bucket",
      urn: "urn",
      inputs: { bucket: name, ...inputs },
      outputs: {},
    };
    world.account().put(object);
    return object;
  };
  const grant = (...more: object[]) =>
    world.grant("writer", [
      { Effect: "Allow", Action: ["s3:ListBucket"], Resource: `arn:aws:s3:::${BUCKET}` },
      {
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        Resource: `arn:aws:s3:::${BUCKET}/*`,
      },
      ...more,
    ]);

  it("keeps what a role writes that may", () => {
    make();
    grant();
    buckets().put(BUCKET, "a/one", "body");
    expect(buckets().get(BUCKET, "a/one")).to.equal("body");
    expect(buckets().list(BUCKET, "a/")).to.deep.equal(["a/one"]);
    buckets().remove(BUCKET, "a/one");
    expect(buckets().get(BUCKET, "a/one")).to.equal(undefined);
  });
  it("refuses a role whose rights are in another bucket, and a bucket that is not there", () => {
    make();
    make("another-bucket");
    grant();
    expect(() => buckets().list("another-bucket", "")).to.throw(
      /AccessDenied: User: .*writer is not authorized to perform: s3:ListBucket/,
    );
    expect(() => buckets().put("no-such-bucket", "k", "")).to.throw(
      /NoSuchBucket: The specified bucket does not exist/,
    );
  });
  it("[A15.2] refuses what may write and not encrypt with the bucket's key", () => {
    make();
    grant();
    world.account().put({
      id: BUCKET,
      type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      urn: "urn",
      inputs: { bucket: BUCKET, rules: [{ applyServerSideEncryptionByDefault: { kmsMasterKeyId: KEY } }] },
      outputs: {},
    });
    expect(() => buckets().put(BUCKET, "k", "")).to.throw(/not authorized to perform: kms:GenerateDataKey/);
    grant({ Effect: "Allow", Action: ["kms:GenerateDataKey", "kms:Decrypt"], Resource: KEY });
    buckets().put(BUCKET, "k", "body");
    expect(buckets().get(BUCKET, "k")).to.equal("body");
  });
  it("gives a name once, and only a good one", () => {
    make();
    expect(() => make()).to.throw(/BucketAlreadyOwnedByYou/);
    expect(() => make("Upper_Case")).to.throw(/InvalidBucketName/);
  });
  it("deletes no bucket that holds something, unless it is said to", () => {
    const held = make();
    grant();
    buckets().put(BUCKET, "k", "");
    const remove = (object: AwsObject) => kind("aws:s3/bucket:Bucket")?.onDelete?.(object, surroundings());
    expect(() => remove(held)).to.throw(/BucketNotEmpty/);
    remove({ ...held, inputs: { ...held.inputs, forceDestroy: true } });
    expect(buckets().list(BUCKET, "")).to.deep.equal([]);
  });
  it("takes settings of buckets that are there", () => {
    const versioning = kind("aws:s3/bucketVersioning:BucketVersioning");
    expect(() => versioning?.onCreate?.({ bucket: BUCKET }, surroundings())).to.throw(
      /PutBucketVersioning.*NoSuchBucket/,
    );
    make();
    expect(() => versioning?.onCreate?.({ bucket: BUCKET }, surroundings())).not.to.throw();
  });
  it("describes a bucket by the settings that were made for it", () => {
    make();
    expect(describeBucket(world.account(), BUCKET)).to.deep.equal({
      name: BUCKET,
      private: false,
      versioned: false,
      lockedDays: 0,
    });
    const set = (what: string, inputs: object) =>
      world.account().put({
        id: BUCKET,
        type: `aws:s3/${what.charAt(0).toLowerCase()}${what.slice(1)}:${what}`,
        urn: what,
        inputs: { bucket: BUCKET, ...inputs },
        outputs: {},
      });
    const all = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
    set("BucketPublicAccessBlock", all);
    set("BucketVersioning", { versioningConfiguration: { status: "Enabled" } });
    set("BucketObjectLockConfiguration", { rule: { defaultRetention: { mode: "GOVERNANCE", days: 400 } } });
    set("BucketServerSideEncryptionConfiguration", {
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY } }],
    });
    expect(describeBucket(world.account(), BUCKET)).to.deep.equal({
      name: BUCKET,
      private: true,
      versioned: true,
      lockedDays: 400,
      keyArn: KEY,
    });
    expect(describeBucket(world.account(), "nobody")).to.equal(undefined);
  });
});
