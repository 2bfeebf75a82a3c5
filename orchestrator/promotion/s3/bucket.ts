import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { SlipwayError } from "../../errors";

/** Objects of a bucket that are written once: what a ledger needs of S3 and nothing more. */
export interface Bucket {
  /** `s3://bucket/prefix` */
  readonly place: string;
  /** Names below the prefix, in the order of their bytes. What was written before is there: S3 is strongly consistent. */
  names(folder: string): Promise<string[]>;
  get(name: string): Promise<Buffer | undefined>;
  /** Creates the object unless it exists. @returns whether this call created it. */
  create(name: string, text: string): Promise<boolean>;
}

export interface BucketRequest {
  readonly bucket: string;
  readonly prefix: string;
  readonly client: S3ClientConfig;
  /** Between two attempts after a conflict. */
  pause?(milliseconds: number): Promise<void>;
}

/** S3 answers 409 when two conditional requests of one key met; it asks to try again. */
const CONFLICTS = 10;
const PAUSE_MS = 100;
/** Who wrote an object: an answer that was lost on the way can be told from another writer's object. */
const WRITER = "writer";

/**
 * Conditional writes (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html): with
 * `If-None-Match: *` the first writer of a key wins, every other gets 412.
 */
export function openBucket({ bucket, prefix, client: config, pause = (ms) => sleep(ms) }: BucketRequest): Bucket {
  const place = `s3://${bucket}/${prefix}`;
  const load = async () => {
    const sdk = await import("@aws-sdk/client-s3");
    return { sdk, client: new sdk.S3Client(config) };
  };
  let loaded: ReturnType<typeof load> | undefined;
  const s3 = () => (loaded ??= load());
  const keyOf = (name: string) => `${prefix}/${name}`;
  const asked = async <T>(what: string, use: () => Promise<T>): Promise<T> => {
    try {
      return await use();
    } catch (error) {
      if (error instanceof SlipwayError) throw error;
      throw new SlipwayError(
        "ledger-unreachable",
        `${what} ${place} failed: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
        "it needs s3:GetObject, s3:PutObject and s3:ListBucket there; see that the bucket can be reached from here",
        "failure",
        { cause: error },
      );
    }
  };
  const read = async (name: string): Promise<{ bytes: Buffer; writer: string | undefined } | undefined> => {
    const { sdk, client } = await s3();
    try {
      const answer = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: keyOf(name) }));
      const bytes = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
      return { bytes, writer: answer.Metadata?.[WRITER] };
    } catch (error) {
      if (error instanceof sdk.NoSuchKey) return undefined;
      throw error;
    }
  };
  return {
    place,
    names: (folder) =>
      asked("listing", async () => {
        const { sdk, client } = await s3();
        const start = keyOf(`${folder}/`);
        const names: string[] = [];
        let token: string | undefined;
        do {
          const page = await client.send(
            new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: start, ...(token && { ContinuationToken: token }) }),
          );
          names.push(
            ...(page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(start.length)])),
          );
          token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
        } while (token !== undefined);
        return names;
      }),
    get: (name) => asked("reading from", async () => (await read(name))?.bytes),
    create: (name, text) =>
      asked("writing to", async () => {
        const { sdk, client } = await s3();
        const writer = randomUUID();
        const put = {
          Bucket: bucket,
          Key: keyOf(name),
          Body: Buffer.from(text),
          ContentType: "application/json",
          ChecksumAlgorithm: "SHA256" as const,
          IfNoneMatch: "*",
          Metadata: { [WRITER]: writer },
        };
        for (let attempt = 1; ; attempt++) {
          try {
            await client.send(new sdk.PutObjectCommand(put));
            return true;
          } catch (error) {
            const status = error instanceof sdk.S3ServiceException ? error.$metadata.httpStatusCode : undefined;
            // The client repeats a request whose answer was lost; then the object may be this writer's own.
            if (status === 412) return (await read(name))?.writer === writer;
            if (status !== 409 || attempt === CONFLICTS) throw error;
            await pause(PAUSE_MS * attempt);
          }
        }
      }),
  };
}
