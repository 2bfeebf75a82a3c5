import { DIGEST } from "../canonical";
import { parseRecord, recordText, releaseHash } from "../record";
import { meantBy, unknown, type Releases } from "../releases";
import type { Bucket } from "./bucket";

const FOLDER = "releases";

/** Records in a bucket, beside the ledger that speaks of them. */
export function openSharedReleases(bucket: Bucket): Releases {
  const nameOf = (hash: string) => `${FOLDER}/${hash.replace("sha256:", "")}.json`;
  const all = async () =>
    (await bucket.names(FOLDER))
      .filter((name) => name.endsWith(".json"))
      .map((name) => `sha256:${name.slice(0, -".json".length)}`)
      .filter((hash) => DIGEST.test(hash));
  const get = async (hash: string) => {
    const bytes = await bucket.get(nameOf(hash));
    if (bytes === undefined) throw unknown(hash, bucket.place);
    return parseRecord(bytes.toString("utf8"), hash);
  };
  return {
    all,
    get,
    has: async (hash) => (await bucket.get(nameOf(hash))) !== undefined,
    async add(record) {
      const hash = releaseHash(record);
      if (!(await bucket.create(nameOf(hash), recordText(record)))) await get(hash);
      return hash;
    },
    find: async (typed) => meantBy(typed, await all(), bucket.place),
  };
}
