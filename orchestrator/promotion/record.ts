import { z } from "zod";
import { SlipwayError } from "../errors";
import { canonical, contentHash, DIGEST, type Json } from "./canonical";
import { environments } from "./environment";

const digest = z.string().regex(DIGEST);
const commit = z.string().regex(/^[0-9a-f]{40,64}$/);
const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]),
);

/** Of an image only what cannot change under the same name: repository and digest, never a tag (D1.8, E2.9). */
export const IMAGE = /^[a-z0-9][a-z0-9.:/_-]*@sha256:[0-9a-f]{64}$/;

/**
 * One release: everything that will be applied. It holds nothing of the machine or the moment it was made on, so the
 * same inputs give the same record, and its hash, everywhere.
 */
export const recordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  source: z.strictObject({
    commit,
    /** The commit whose successors this release contains; null for a first release. */
    since: commit.nullable(),
    /** Who wrote what it contains: these people do not approve it (D2.3). */
    authors: z.array(z.string()),
    /** Program, dependencies and project settings, by path. */
    files: z.record(z.string(), digest),
  }),
  /** Application images by name. */
  images: z.record(z.string(), z.string().regex(IMAGE)),
  charts: z.record(
    z.string(),
    z.strictObject({ chart: z.string(), repository: z.string().optional(), version: z.string() }),
  ),
  /** The `config` of each environment's settings file; of an encrypted value the digest of its ciphertext. */
  configuration: z.strictObject(
    Object.fromEntries(environments.map((name) => [name, json])) as Record<
      (typeof environments)[number],
      z.ZodType<Json>
    >,
  ),
  /** Migrations of the application by name, with the checksums they are applied under; absent where there are none. */
  migrations: z.record(z.string(), digest).optional(),
  /** The pack that judges, its level files included. */
  policy: z.strictObject({ name: z.string(), version: z.string(), digest }),
  /** Exact versions from the lockfile: what the project itself depends on, its Node, and Slipway. */
  tools: z.record(z.string(), z.string()),
});

export type ReleaseRecord = z.infer<typeof recordSchema>;

/** The release's name everywhere: in approvals, in the ledger, on the command line. */
export function releaseHash(record: ReleaseRecord): string {
  return contentHash(record);
}

/** What a record's file contains. */
export function recordText(record: ReleaseRecord): string {
  return `${canonical(record)}\n`;
}

/**
 * Reads a record's text back.
 * @throws SlipwayError `release-corrupt` unless it is, to the byte, the record of that name.
 */
export function parseRecord(text: string, hash: string): ReleaseRecord {
  const why = (() => {
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch {
      return "it is not JSON";
    }
    const parsed = recordSchema.safeParse(data);
    if (!parsed.success) return `it is not a release record: ${z.prettifyError(parsed.error)}`;
    const found = releaseHash(parsed.data);
    if (found !== hash) return `its content is ${found}`;
    // Same data in other words would have the same hash, but is not what was written.
    return recordText(parsed.data) === text ? parsed.data : "it was written anew in another form";
  })();
  if (typeof why !== "string") return why;
  throw new SlipwayError(
    "release-corrupt",
    `the record of release ${hash} was changed or damaged: ${why}; nothing was touched`,
    "restore the file from a copy, or make the release again from its commit: the same inputs give the same record",
    "refused",
  );
}

/** One difference between two records. */
export interface Difference {
  /** `configuration.production.slipway:cluster.version`. */
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** Everything in which two records differ, in the order of the paths. Pure. */
export function differences(before: ReleaseRecord, after: ReleaseRecord): Difference[] {
  return compare("", before as unknown as Json, after as unknown as Json);
}

function compare(path: string, before: Json | undefined, after: Json | undefined): Difference[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return keys.flatMap((key) => compare(path === "" ? key : `${path}.${key}`, before[key], after[key]));
  }
  const same = before !== undefined && after !== undefined && canonical(before) === canonical(after);
  return same || (before === undefined && after === undefined) ? [] : [{ path, before, after }];
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
