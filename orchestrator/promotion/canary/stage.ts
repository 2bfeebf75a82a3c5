import { canary, weights } from "../../../infra/strategy/table";
import type { Stage, StageResult } from "../stages";

/** What is read of a Rollout (argoproj.io/v1alpha1). */
export interface RolloutStatus {
  readonly metadata: { readonly generation?: number };
  readonly status?: {
    /** Healthy, Progressing, Paused or Degraded. */
    readonly phase?: string;
    readonly message?: string;
    /** A text in Argo Rollouts. */
    readonly observedGeneration?: string;
    readonly abort?: boolean;
    readonly pauseConditions?: readonly { readonly reason: string }[];
    readonly currentStepIndex?: number;
  };
}

export interface CanaryStageRequest {
  /** Name of the workload, for people. */
  readonly name: string;
  read(): Promise<RolloutStatus | undefined>;
  now(): Date;
  waitUntil(time: Date): Promise<void>;
  say(text: string): void;
}

/** D4.2: ten seconds between two looks. */
const LOOK_SECONDS = 10;
/** All steps, each with its load test and all failures it may have, and as long again before a machine is slow. */
const LIMIT_SECONDS = 2 * (weights.length + canary.failedChecks) * 2 * canary.intervalSeconds + canary.deadlineSeconds;

/**
 * The canary in the cluster, as a stage of a promotion: Argo Rollouts takes the steps and judges them, this waits and
 * writes down how it ended. Paused because nothing could be judged is inconclusive; waiting too long is an error.
 */
export function canaryStage(request: CanaryStageRequest): Stage {
  return { name: "canary", when: "after", onRollback: false, run: () => follow(request) };
}

async function follow({ name, read, now, waitUntil, say }: CanaryStageRequest): Promise<StageResult> {
  const start = now().getTime();
  const ended = (verdict: StageResult["verdict"], summary: string, fix: string): StageResult => ({
    verdict,
    summary,
    fix,
    seconds: (now().getTime() - start) / 1000,
  });
  let told = "";
  for (;;) {
    const seen = await read();
    if (seen === undefined) return ended("errored", `there is no Rollout ${name}`, "see that Argo CD delivered it");
    const { phase = "", message = "", observedGeneration, pauseConditions = [], currentStepIndex } = seen.status ?? {};
    // What the controller has not looked at yet says something of the version before.
    const current = seen.metadata.generation === undefined || observedGeneration === String(seen.metadata.generation);
    if (current && phase === "Healthy") return ended("passed", `${name} took every step`, "");
    if (current && phase === "Degraded") {
      return ended("failed", message || `${name} was aborted`, `see kubectl argo rollouts get rollout ${name}`);
    }
    if (current && pauseConditions.some(({ reason }) => reason === "InconclusiveAnalysisRun")) {
      const fix = "look at its AnalysisRun: without traffic nothing is proven; promote it by hand, or slipway rollback";
      return ended("inconclusive", `${name} could not be judged`, fix);
    }
    const next = now().getTime() + LOOK_SECONDS * 1000;
    if (next - start > LIMIT_SECONDS * 1000) {
      return ended("errored", `${name} is ${phase || "not seen"} after ${LIMIT_SECONDS} s`, "see its events");
    }
    const line = `${name}: ${phase || "waiting"}${currentStepIndex === undefined ? "" : `, step ${currentStepIndex}`}`;
    if (line !== told) say(line);
    told = line;
    await waitUntil(new Date(next));
  }
}
