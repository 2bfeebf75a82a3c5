import { parse } from "yaml";
import { SlipwayError } from "../errors";
import { committedMigrations } from "../migrations/committed";
import { checksumsOf, MIGRATIONS_FOLDER } from "../migrations/migration";
import { DECIDING } from "../rollout/fingerprint";
import { digestOf, type Json } from "./canonical";
import { environments } from "./environment";
import { treeDigest, type CommittedFile, type Repository } from "./git";
import { differences, IMAGE, type ReleaseRecord } from "./record";

/** What the repository cannot tell by itself. */
export interface CollectRequest {
  readonly repository: Repository;
  /** Full id. */
  readonly commit: string;
  /** Full id of the commit the release builds on; undefined for a first release. */
  readonly since: string | undefined;
  /** Application images: name → `repository@sha256:…`. */
  readonly images: Readonly<Record<string, string>>;
  /** The version table of the running program, which is the commit's: see `requireCheckout`. */
  readonly charts: Readonly<
    Record<string, { readonly chart: string; readonly repository?: string; readonly version: string }>
  >;
}

/** Settings file of an environment. */
const settingsOf = (environment: string) => `Pulumi.${environment}.yaml`;

/** Every path that decides what a release applies. */
export const decidingPaths: readonly string[] = [...DECIDING, MIGRATIONS_FOLDER, ...environments.map(settingsOf)];

/**
 * The running code must be the commit's: a record speaks of the commit, a rollout runs what is checked out.
 * @throws SlipwayError `checkout-differs` (refused) naming the files.
 */
export function requireCheckout(repository: Repository, commit: string): void {
  const changed = repository.changed(commit, decidingPaths);
  if (changed.length === 0) return;
  const shown = changed.slice(0, 10).join(", ");
  throw new SlipwayError(
    "checkout-differs",
    `${changed.length} of the files that decide what is applied are not as in commit ${commit.slice(0, 12)}: ${shown}${changed.length > 10 ? ", …" : ""}`,
    `commit or put aside the changes, or check the release out: git checkout ${commit}`,
    "refused",
  );
}

/** The record of a commit. Reads committed bytes only; the same request gives the same record on any machine. */
export function collectRecord(request: CollectRequest): ReleaseRecord {
  const { repository, commit, since, images, charts } = request;
  for (const [name, image] of Object.entries(images)) requireDigest(name, image);
  const files = repository.files(commit, decidingPaths);
  const below = (entry: string) => files.filter(({ path }) => path === entry || path.startsWith(`${entry}/`));
  const one = (path: string): CommittedFile => {
    const file = files.find((candidate) => candidate.path === path);
    if (file !== undefined) return file;
    throw new SlipwayError(
      "source-incomplete",
      `commit ${commit.slice(0, 12)} has no ${path}, which every release needs`,
      `commit ${path}, or name another commit`,
      "usage",
    );
  };
  const migrations = checksumsOf(committedMigrations(repository, commit, MIGRATIONS_FOLDER));
  const pack = JSON.parse(one("policy/package.json").bytes.toString("utf8")) as { name: string; version: string };
  return {
    schemaVersion: 1,
    source: {
      commit,
      since: since ?? null,
      authors: repository.authors(commit, since),
      files: Object.fromEntries(
        DECIDING.filter((entry) => entry !== "policy").map((entry) => [entry, treeDigest(below(entry))]),
      ),
    },
    images: { ...images },
    charts: Object.fromEntries(
      Object.entries(charts).map(([name, { chart, repository: from, version }]) => [
        name,
        { chart, ...(from !== undefined && { repository: from }), version },
      ]),
    ),
    configuration: {
      dev: configuration(one(settingsOf("dev"))),
      staging: configuration(one(settingsOf("staging"))),
      production: configuration(one(settingsOf("production"))),
    },
    ...(Object.keys(migrations).length > 0 && { migrations }),
    policy: { name: pack.name, version: pack.version, digest: treeDigest(below("policy")) },
    tools: tools(one("package-lock.json")),
  };
}

/**
 * What is checked out must be the release: the files of its commit, and a record that comes of them again.
 * @throws SlipwayError `checkout-differs`, or `release-differs` (refused) naming in what.
 */
export function requireRelease(
  record: ReleaseRecord,
  { repository, charts }: Pick<CollectRequest, "repository" | "charts">,
): void {
  const commit = repository.commit(record.source.commit);
  requireCheckout(repository, commit);
  const since = record.source.since ?? undefined;
  const again = collectRecord({ repository, commit, since, images: record.images, charts });
  const found = differences(record, again);
  if (found.length === 0) return;
  throw new SlipwayError(
    "release-differs",
    `commit ${commit.slice(0, 12)} does not give this release any more; it differs in ${found.map(({ path }) => path).join(", ")}`,
    "somebody made the record by other means: make the release again with slipway release create",
    "refused",
  );
}

/** @throws SlipwayError `image-not-pinned` for a tag: what a tag names tomorrow nobody knows today (D1.8). */
function requireDigest(name: string, image: string): void {
  if (IMAGE.test(image)) return;
  throw new SlipwayError(
    "image-not-pinned",
    `image ${name} is ${image}, which is no repository@sha256:… with 64 hexadecimal digits`,
    "name it by its digest: docker buildx imagetools inspect, or your registry's page, shows it",
    "usage",
  );
}

function configuration({ path, bytes }: CommittedFile): Json {
  const settings = parse(bytes.toString("utf8")) as { config?: Json } | null;
  if (typeof settings !== "object" || settings?.config === undefined) {
    throw new SlipwayError("settings-invalid", `${path} holds no config`, `write config: into ${path}`, "usage");
  }
  return withoutCiphertext(settings.config);
}

/** A changed secret changes the record, but the record shows nothing of it. */
function withoutCiphertext(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutCiphertext);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === "secure" && typeof first[1] === "string") {
    return { secure: digestOf(first[1]) };
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutCiphertext(item)]));
}

interface Lock {
  readonly version: string;
  readonly packages: Readonly<
    Record<
      string,
      { readonly version?: string; readonly dependencies?: object; readonly optionalDependencies?: object }
    >
  >;
}

/** What runs a release: the pinned versions, not whatever is on the machine that makes the record. */
function tools({ bytes }: CommittedFile): Record<string, string> {
  const { packages, version } = JSON.parse(bytes.toString("utf8")) as Lock;
  const root = packages[""];
  const direct = Object.keys({ ...root?.dependencies, ...root?.optionalDependencies });
  const versions = direct.flatMap((name) => {
    const locked = packages[`node_modules/${name}`]?.version;
    return locked === undefined ? [] : [[name, locked] as const];
  });
  return { ...Object.fromEntries(versions), slipway: version };
}
