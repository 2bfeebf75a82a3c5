import { SlipwayError } from "../errors";
import type { Comparison } from "../parity/compare";
import type { Keep } from "../promotion/gate/evidence";
import type { Stage, StageResult } from "../promotion/stages";
import { compareEnvironments } from "./commands/parity";
import type { Invocation } from "./invocation";
import type { WorldOptions } from "./options";

/** Staging has to be what production is, or what staging verified says nothing of production (B8.4). */
export function parityStage(options: WorldOptions, invocation: Invocation, keep: Keep): Stage {
  return {
    name: "parity",
    when: "before",
    onRollback: false,
    async run() {
      const start = performance.now();
      const given = { ...options, environment: ["staging", "production"] };
      const judged = await compareEnvironments(["staging", "production"], given, invocation).then(judge, undecided);
      const { evidence, ...rest } = judged;
      return { ...rest, seconds: (performance.now() - start) / 1000, evidence: keep(evidence) };
    },
  };
}

type Judged = Omit<StageResult, "seconds" | "evidence"> & { readonly evidence: string };

/** Passed when every difference is one that is meant. Pure. */
export function judge({ differences }: Comparison): Judged {
  const wrong = differences.filter(({ reason }) => reason === undefined);
  const evidence = `${JSON.stringify(differences, undefined, 2)}\n`;
  if (wrong.length === 0) {
    const summary = `staging and production differ in nothing but ${differences.length} things that are meant`;
    return { verdict: "passed", summary, fix: "", evidence };
  }
  const shown = wrong.slice(0, 3).map(({ resource, path }) => `${resource} ${path}`.trim());
  const summary = `staging and production differ where nobody allowed it: ${shown.join(", ")}${wrong.length > 3 ? ", …" : ""}`;
  return { verdict: "failed", summary, fix: "see all of it with slipway parity, and make them equal", evidence };
}

/** Nothing is known of two environments of which one could not be looked at. */
function undecided(error: unknown): Judged {
  if (!(error instanceof SlipwayError) || error.kind === "interrupted") throw error;
  return { verdict: "errored", summary: error.message, fix: error.fix, evidence: `${error.code}: ${error.message}\n` };
}
