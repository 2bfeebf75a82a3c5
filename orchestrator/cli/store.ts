import { existsSync } from "node:fs";
import path from "node:path";
import { loadRules, RULES_FILE } from "../promotion/rules";
import { openBucket } from "../promotion/s3/bucket";
import { openSharedLedger } from "../promotion/s3/ledger";
import { openSharedReleases } from "../promotion/s3/releases";
import { openStore, type Store } from "../promotion/store";
import { createLayout } from "../rollout/layout";
import type { PlaceOptions } from "./options";

/**
 * Where releases and ledger of a target are: the bucket that the rules name, or the state directory. Rehearsals are
 * everybody's own and always stay in the state directory.
 */
export function projectStore(root: string, { target, stateDir }: Pick<PlaceOptions, "target" | "stateDir">): Store {
  const now = () => new Date();
  const local = () => openStore(createLayout(stateDir, target).base, now);
  if (target === "rehearsal" || !existsSync(path.join(root, RULES_FILE))) return local();
  const { ledger } = loadRules(root);
  if (ledger === undefined) return local();
  const bucket = openBucket({ ...ledger, client: { region: ledger.region } });
  return { ledger: openSharedLedger({ bucket, now }), releases: openSharedReleases(bucket) };
}
