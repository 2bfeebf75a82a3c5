import path from "node:path";
import { openLedger, type FolderLedger, type Ledger } from "./ledger";
import { openReleases, type FolderReleases, type Releases } from "./releases";

/** What the way to production keeps, for one target: rehearsed promotions never count as real ones. */
export interface Store {
  readonly releases: Releases;
  readonly ledger: Ledger;
}

export interface FolderStore extends Store {
  readonly releases: FolderReleases;
  readonly ledger: FolderLedger;
}

/** @param base the target's folder below the state directory */
export function openStore(base: string, now: () => Date): FolderStore {
  return {
    releases: openReleases(path.join(base, "releases")),
    ledger: openLedger({ folder: path.join(base, "ledger"), now }),
  };
}
