import type { Bucket } from "../../checks/aws/reader";
import type { Account, AwsObject } from "./account";
import { AwsError } from "./error";
import { isAllowed } from "./iam";
import { fields, list, text, type Kind, type Surroundings } from "./kind";

const BUCKET = "aws:s3/bucket:Bucket";
const ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const VERSIONS = "aws:s3/bucketVersioning:BucketVersioning";
const LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
/** What is in the buckets; whoever wrote it did so as a role. */
const OBJECT = "slipway:s3/object";
/** Lengths and characters of a bucket's name (S3 user guide, bucket naming rules). */
const NAME = /^(?=.{3,63}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])$/;

/** A setting of a bucket: one of its sort for each bucket, and only for one that is there. */
function setting(operation: string): Kind {
  return {
    id: (inputs) => text(inputs["bucket"]),
    unique: true,
    replaceOn: ["bucket"],
    onCreate: (inputs, { account }) => {
      const bucket = text(inputs["bucket"]);
      if (account.get(bucket, BUCKET) === undefined) throw noBucket(`S3: ${operation}`, bucket);
    },
  };
}

function noBucket(operation: string, bucket: string): AwsError {
  return new AwsError(`S3 Bucket (${bucket})`, operation, "NoSuchBucket", `The specified bucket does not exist`, 404);
}

/** S3: buckets with their settings. */
export const s3: Readonly<Record<string, Kind>> = {
  [BUCKET]: {
    id: (inputs) => text(inputs["bucket"]),
    unique: true,
    replaceOn: ["bucket"],
    computed: (inputs, id, account) => ({
      arn: `arn:aws:s3:::${id}`,
      bucketDomainName: `${id}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${id}.s3.${account.region}.amazonaws.com`,
      region: account.region,
      bucket: inputs["bucket"] ?? id,
    }),
    onCreate: (inputs, { account }) => {
      const bucket = text(inputs["bucket"]);
      const refuse = (code: string, words: string, status: number) =>
        new AwsError(`creating S3 Bucket (${bucket})`, "S3: CreateBucket", code, words, status);
      if (!NAME.test(bucket)) throw refuse("InvalidBucketName", "The specified bucket is not valid.", 400);
      if (account.get(bucket, BUCKET) !== undefined)
        throw refuse(
          "BucketAlreadyOwnedByYou",
          "Your previous request to create the named bucket succeeded and you already own it.",
          409,
        );
    },
    onDelete: (object, { account }) => {
      const held = objectsOf(account, object.id);
      if (held.length > 0 && object.inputs["forceDestroy"] !== true)
        throw new AwsError(
          `deleting S3 Bucket (${object.id})`,
          "S3: DeleteBucket",
          "BucketNotEmpty",
          "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
          409,
        );
      held.forEach((one) => account.drop(one));
    },
  },
  [BLOCK]: setting("PutPublicAccessBlock"),
  [VERSIONS]: setting("PutBucketVersioning"),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": setting("PutBucketOwnershipControls"),
  [ENCRYPTION]: setting("PutBucketEncryption"),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": setting("PutBucketLifecycleConfiguration"),
  "aws:s3/bucketPolicy:BucketPolicy": setting("PutBucketPolicy"),
  [LOCK]: setting("PutObjectLockConfiguration"),
};

/** A bucket with what its settings make of it. */
export function describeBucket(account: Account, name: string): Bucket | undefined {
  if (account.get(name, BUCKET) === undefined) return undefined;
  const [block, versions, lock] = [BLOCK, VERSIONS, LOCK].map((type) => account.get(name, type)?.inputs ?? {});
  const kept = fields(fields(lock?.["rule"])["defaultRetention"]);
  const keyArn = keyOf(account, name);
  return {
    name,
    private: ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].every(
      (way) => block?.[way] === true,
    ),
    versioned: fields(versions?.["versioningConfiguration"])["status"] === "Enabled",
    lockedDays: Number(kept["days"] ?? 0),
    ...(keyArn !== undefined && { keyArn }),
  };
}

/** The key a bucket encrypts with, when it has one of its own. */
function keyOf(account: Account, bucket: string): string | undefined {
  const [rule] = list(account.get(bucket, ENCRYPTION)?.inputs["rules"]);
  const key = text(fields(fields(rule)["applyServerSideEncryptionByDefault"])["kmsMasterKeyId"]);
  return key === "" ? undefined : key;
}

function objectsOf(account: Account, bucket: string): AwsObject[] {
  return account.all(OBJECT).filter((object) => object.inputs["bucket"] === bucket);
}

/** The buckets as one role uses them, with S3's refusals. */
export function bucketsFor({ account }: Pick<Surroundings, "account">, roleArn: string) {
  const require = (operation: string, action: string, bucket: string, key?: string): void => {
    if (account.get(bucket, BUCKET) === undefined) throw noBucket(`S3: ${operation}`, bucket);
    may(operation, `s3:${action}`, `arn:aws:s3:::${bucket}${key === undefined ? "" : `/${key}`}`);
  };
  const may = (operation: string, action: string, resource: string): void => {
    if (isAllowed({ account }, roleArn, action, resource)) return;
    throw new AwsError(
      "using S3",
      `S3: ${operation}`,
      "AccessDenied",
      `User: ${roleArn} is not authorized to perform: ${action} on resource: "${resource}" because no identity-based policy allows the ${action} action`,
      403,
    );
  };
  const crypt = (operation: string, action: string, bucket: string): void => {
    const key = keyOf(account, bucket);
    if (key !== undefined) may(operation, `kms:${action}`, key);
  };
  return {
    list(bucket: string, prefix: string): string[] {
      require("ListObjectsV2", "ListBucket", bucket);
      return objectsOf(account, bucket)
        .map(({ inputs }) => text(inputs["key"]))
        .filter((key) => key.startsWith(prefix));
    },
    get(bucket: string, key: string): string | undefined {
      require("GetObject", "GetObject", bucket, key);
      const object = account.get(`${bucket}/${key}`, OBJECT);
      if (object === undefined) return undefined;
      crypt("GetObject", "Decrypt", bucket);
      return text(object.inputs["body"]);
    },
    put(bucket: string, key: string, body: string): void {
      require("PutObject", "PutObject", bucket, key);
      crypt("PutObject", "GenerateDataKey", bucket);
      account.put({ id: `${bucket}/${key}`, type: OBJECT, urn: "", inputs: { bucket, key, body }, outputs: {} });
    },
    remove(bucket: string, key: string): void {
      require("DeleteObject", "DeleteObject", bucket, key);
      const object = account.get(`${bucket}/${key}`, OBJECT);
      if (object !== undefined) account.drop(object);
    },
  };
}
