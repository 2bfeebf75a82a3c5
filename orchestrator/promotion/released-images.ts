import { readFileSync } from "node:fs";
import path from "node:path";
import { namesOf } from "../../infra/environments/names";
import { stableKind } from "../../infra/environments/sizes";
import { SlipwayError } from "../errors";
import { writeFileWhole } from "../rollout/files";
import { canonical, type Json } from "./canonical";
import type { Environment } from "./environment";
import type { ReleaseRecord } from "./record";
import type { Store } from "./store";
import { short } from "./words";

/** The rule of the policy pack that is told which images a release has. */
export const RULE = "images-are-released";

/**
 * Level and settings of the rule for a release: in the namespace of the application's environment only images run that
 * the record names, as its application's or in its settings; every other is refused by name. Charts and the platform's own
 * images, which live elsewhere, are held by `charts` and `source.files` of the record. Dev makes what is verified, so
 * there the rule stays as it is; undefined then. Pure.
 */
export function releasedImages(
  { images, configuration }: Pick<ReleaseRecord, "images" | "configuration">,
  environment: Environment,
): Readonly<Record<string, Json>> | undefined {
  if (environment === "dev") return undefined;
  const settings = configuration[environment];
  const digests = [...Object.values(images), canonical(settings)].flatMap((text) => text.match(DIGESTS) ?? []);
  // The namespace asks for no domain: only hosts have it in their names.
  const { namespace } = namesOf({ kind: stableKind[environment], domain: "" });
  // A namespace that is not known before the update is known to the last preview, which judges again.
  const known = { enforcementLevel: "mandatory", whenUnknown: "advisory" };
  return { ...known, digests: [...new Set(digests)].toSorted(), namespaces: [namespace] };
}

/** Of images only: a digest of something else, like that of a secret, follows no `@`. */
const DIGESTS = /(?<=@)sha256:[0-9a-f]{64}/g;

/**
 * Writes level files for releases into `folder`, each from the environment's own with the release's images in it. What
 * somebody set for the rule by hand stands back: a record is what was verified.
 */
export function levelsOf(store: Pick<Store, "releases">, folder: string) {
  return async (asked: {
    readonly environment: Environment;
    readonly release: string;
    readonly config: string;
  }): Promise<string> => {
    const { environment, release, config } = asked;
    const entry = releasedImages(await store.releases.get(release), environment);
    if (entry === undefined) return config;
    const levels = JSON.parse(readFileSync(config, "utf8")) as Readonly<Record<string, Json>>;
    const file = path.join(folder, `${environment}-${short(release)}.json`);
    writeFileWhole(file, `${JSON.stringify({ ...levels, [RULE]: entry }, undefined, 2)}\n`);
    return file;
  };
}

/** The release made of a commit: the one that is named, or of those in the store the last that the ledger tells of. */
export async function releaseOf(
  { releases, ledger }: Store,
  commit: string,
  named: string | undefined,
): Promise<{ readonly hash: string; readonly record: ReleaseRecord } | undefined> {
  if (named === undefined) {
    for (const { event } of (await ledger.read()).toReversed()) {
      if (event.kind !== "released") continue;
      const record = await releases.get(event.release);
      if (record.source.commit === commit) return { hash: event.release, record };
    }
    return undefined;
  }
  const hash = await releases.find(named);
  const record = await releases.get(hash);
  if (record.source.commit === commit) return { hash, record };
  throw new SlipwayError(
    "release-differs",
    `release ${short(hash)} is of commit ${record.source.commit.slice(0, 12)}, and ${commit.slice(0, 12)} is checked out`,
    `check its commit out: git worktree add ../release ${record.source.commit}, then the same command there`,
    "refused",
  );
}
