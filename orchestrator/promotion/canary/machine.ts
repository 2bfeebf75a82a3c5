import { canary, weights } from "../../../infra/strategy/table";

/** What one look at the new version says. */
export type Check = "passed" | "failed" | "inconclusive";

/** Where a canary stands. `paused` waits for a person: it could not be judged. */
export interface CanaryState {
  readonly status: "progressing" | "promoted" | "aborted" | "paused";
  /** Share of the traffic that the new version gets, in percent. */
  readonly weight: number;
  readonly failed: number;
  /** Inconclusive checks in a row. */
  readonly blind: number;
}

/** The first step, before anything was looked at. */
export const begun: CanaryState = { status: "progressing", weight: weights[0] ?? 0, failed: 0, blind: 0 };

/**
 * One check further: a step ahead when it passed, nowhere when it did not; the fifth failure ends it with no traffic on
 * the new version, and what cannot be judged never gets more traffic (D5.1, D5.3). Pure.
 */
export function advance(state: CanaryState, check: Check): CanaryState {
  if (state.status !== "progressing") return state;
  switch (check) {
    case "passed": {
      const next = weights.find((weight) => weight > state.weight);
      if (next === undefined) return { ...state, status: "promoted", weight: 100, blind: 0 };
      return { ...state, weight: next, blind: 0 };
    }
    case "failed": {
      const failed = state.failed + 1;
      if (failed < canary.failedChecks) return { ...state, failed, blind: 0 };
      return { status: "aborted", weight: 0, failed, blind: 0 };
    }
    case "inconclusive": {
      const blind = state.blind + 1;
      return blind < canary.inconclusiveChecks ? { ...state, blind } : { ...state, status: "paused", blind };
    }
  }
}

/** The verdict over both numbers of D5.2; undefined is no traffic. Pure. */
export function judge(successShare: number | undefined, milliseconds: number | undefined): Check {
  if ((successShare ?? 1) < canary.successShare || (milliseconds ?? 0) > canary.durationMilliseconds) return "failed";
  return successShare === undefined || milliseconds === undefined ? "inconclusive" : "passed";
}
