import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { SlipwayError } from "../errors";
import { fileError } from "../rollout/files";
import { makeFolders } from "../rollout/layout";
import { DIGEST } from "./canonical";
import { createExclusively } from "./exclusive";
import type { Eventual } from "./ledger";
import { parseRecord, recordText, releaseHash, type ReleaseRecord } from "./record";

/** The records of a state directory: one file each, named by its hash, never rewritten. */
export interface Releases {
  /** Keeps a record and returns its hash; the same record again is the same file. */
  add(record: ReleaseRecord): Eventual<string>;
  /** @throws SlipwayError `release-unknown`, or `release-corrupt` when the file is not what its name says. */
  get(hash: string): Eventual<ReleaseRecord>;
  has(hash: string): Eventual<boolean>;
  all(): Eventual<string[]>;
  /** The full hash for what a person typed: a hash, or its first digits with or without `sha256:`. */
  find(typed: string): Eventual<string>;
}

/** Records in a folder, which answers at once. */
export interface FolderReleases extends Releases {
  add(record: ReleaseRecord): string;
  get(hash: string): ReleaseRecord;
  has(hash: string): boolean;
  all(): string[];
  find(typed: string): string;
}

/** As many digits as a person has to type at least; fewer would sooner or later name two releases. */
const FEWEST_DIGITS = 6;

export function openReleases(folder: string): FolderReleases {
  const fileOf = (hash: string) => path.join(folder, `${hash.replace("sha256:", "")}.json`);
  const all = (): string[] =>
    (existsSync(folder) ? readdirSync(folder) : [])
      .filter((name) => name.endsWith(".json"))
      .map((name) => `sha256:${name.slice(0, -".json".length)}`)
      .filter((hash) => DIGEST.test(hash))
      .toSorted();
  const releases: FolderReleases = {
    all,
    has: (hash) => existsSync(fileOf(hash)),
    add(record) {
      const hash = releaseHash(record);
      makeFolders(folder);
      try {
        if (!createExclusively(fileOf(hash), recordText(record))) releases.get(hash);
      } catch (error) {
        throw error instanceof SlipwayError ? error : fileError(error, fileOf(hash));
      }
      return hash;
    },
    get(hash) {
      let text: string;
      try {
        text = readFileSync(fileOf(hash), "utf8");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") throw unknown(hash, folder);
        throw fileError(error, fileOf(hash));
      }
      return parseRecord(text, hash);
    },
    find: (typed) => meantBy(typed, all(), folder),
  };
  return releases;
}

/** The one of these releases that a person means. Pure. @throws SlipwayError `release-unknown` or `release-ambiguous`. */
export function meantBy(typed: string, all: readonly string[], place: string): string {
  const digits = typed.replace(/^sha256:/, "").toLowerCase();
  const meant = all.filter((hash) => hash.startsWith(`sha256:${digits}`));
  if (digits.length >= FEWEST_DIGITS && meant.length === 1 && meant[0] !== undefined) return meant[0];
  if (meant.length === 0) throw unknown(typed, place);
  throw new SlipwayError(
    "release-ambiguous",
    `"${typed}" could be ${meant.join(", ")}`,
    `type more digits, at least ${FEWEST_DIGITS}`,
    "usage",
  );
}

export function unknown(name: string, folder: string): SlipwayError {
  return new SlipwayError(
    "release-unknown",
    `there is no release ${name} in ${folder}`,
    "make it from its commit with slipway release create, or name the right --state-dir and --target",
    "usage",
  );
}
