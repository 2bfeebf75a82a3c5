import { SlipwayError, type ErrorKind } from "../errors";
import type { Environment } from "./environment";
import type { Verdict } from "./event";
import type { PromotionWork } from "./promote";
import { standingOf } from "./standing";

/** Something proven on the way of a release besides the rollout: a migration, a gate. */
export interface Stage {
  /** `migration`, `smoke`, …: each once per environment. */
  readonly name: string;
  /** `before` anything is built, or `after` the rollout is verified. */
  readonly when: "before" | "after";
  /** A rollback is proven by it too. A migration is not: code goes back, a schema never (D3.9). */
  readonly onRollback: boolean;
  /** Whether this release has anything to prove there; without it it has. What is not needed is not written down. */
  needed?(request: StageRequest): Promise<boolean>;
  run(request: StageRequest): Promise<StageResult>;
}
export interface StageRequest {
  readonly environment: Environment;
  readonly release: string;
  /** Of the ledger: a run that goes on finds what it had begun. */
  readonly run: number;
}
export interface StageResult {
  readonly verdict: Verdict;
  /** One line: what was found. */
  readonly summary: string;
  readonly seconds: number;
  /** Digest of the kept output. */
  readonly evidence?: string;
  /** What to do about anything but `passed`. */
  readonly fix: string;
}

/** A stage that did not pass: nothing after it happens. */
export class StageStop extends SlipwayError {
  constructor(stage: string, { verdict, summary, fix }: StageResult, kind: ErrorKind = "failure") {
    super("stage-not-passed", `${stage} ${verdict}: ${summary}`, fix, kind);
  }
}

/** What did not pass before a run was interrupted is looked into, not tried until it passes. */
const AGAIN = "see slipway ledger show; mend what it says and promote again: that is a run of its own";

/**
 * Runs the stages of one side of the rollout, in their order, and writes each down. What passed in this very run is not
 * repeated, and what did not pass is not tried again (D3.8). @throws StageStop at the first that does not pass.
 */
export async function proveStages(
  { stages = [], store, environment, by, say }: PromotionWork,
  run: {
    readonly release: string;
    readonly purpose: "promotion" | "rollback";
    readonly run: number;
    readonly when: Stage["when"];
  },
): Promise<void> {
  const wanted = stages.filter(
    ({ when, onRollback }) => when === run.when && (run.purpose === "promotion" || onRollback),
  );
  for (const stage of wanted) {
    const current = standingOf(await store.ledger.read()).environments[environment].run;
    const { passed = [], stopped } = current?.sequence === run.run ? current : {};
    if (passed.includes(stage.name)) continue;
    if (stopped?.stage === stage.name) throw new StageStop(stage.name, { ...stopped, seconds: 0, fix: AGAIN });
    const asked = { environment, release: run.release, run: run.run };
    if (stage.needed !== undefined && !(await stage.needed(asked))) continue;
    const result = await stage.run(asked);
    const { verdict, summary, seconds, evidence } = result;
    await store.ledger.append(by, () => ({
      kind: "stage",
      environment,
      run: run.run,
      stage: stage.name,
      verdict,
      summary,
      seconds,
      ...(evidence !== undefined && { evidence }),
    }));
    say(`${environment}, ${stage.name}: ${verdict} (${summary})`);
    if (verdict !== "passed") throw new StageStop(stage.name, result);
  }
}
