import type { World } from "./world";

/** Something that happens on the way to production, and the ledger it must leave. */
export interface Scenario {
  readonly title: string;
  readonly requirement: string;
  play(world: World): Promise<void>;
  /** One line per entry, as `traceOf` writes them. */
  readonly ledger: readonly string[];
  /** True where the ledger is damaged on purpose and must be found so. */
  readonly tampered?: boolean;
}
