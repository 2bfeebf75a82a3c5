import { canary, weights } from "../../../infra/strategy/table";
import type { Keep } from "../gate/evidence";
import type { Stage, StageRequest, StageResult } from "../stages";

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
    /** A text, too: which generation of the Deployment that describes its pods it has looked at. */
    readonly workloadObservedGeneration?: string;
    readonly currentPodHash?: string;
  };
}

/** What is kept of an AnalysisRun (argoproj.io/v1alpha1): what it measured, and what it made of it. */
export interface AnalysisRun {
  readonly name: string;
  readonly phase?: string;
  readonly message?: string;
  readonly metrics: readonly object[];
}

/** A Rollout in a cluster, as far as it is followed. */
export interface Canary {
  rollout(): Promise<RolloutStatus | undefined>;
  /** Generation of the Deployment that the Rollout refers to; undefined where it has none. */
  workload(): Promise<number | undefined>;
  /** Those of the version of this hash. */
  analyses(podHash: string | undefined): Promise<readonly AnalysisRun[]>;
}

export interface CanaryStageRequest {
  /** Name of the workload, for people. */
  readonly name: string;
  readonly canary: Canary;
  readonly keep: Keep;
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
 * writes down how it ended. Paused because nothing could be judged is inconclusive; waiting too long is an error. Kept as
 * evidence: every change that was seen, and what the analyses measured. `of` says which canary a release has in an
 * environment; without one there is no stage.
 */
export function canaryStage(of: (asked: StageRequest) => Promise<CanaryStageRequest | undefined>): Stage {
  return {
    name: "canary",
    when: "after",
    onRollback: false,
    needed: async (asked) => (await of(asked)) !== undefined,
    async run(asked) {
      const request = await of(asked);
      if (request === undefined) throw new Error("a canary that nobody needs is not followed");
      return follow(request);
    },
  };
}

async function follow({ name, canary: cluster, keep, now, waitUntil, say }: CanaryStageRequest): Promise<StageResult> {
  const start = now().getTime();
  const seconds = () => (now().getTime() - start) / 1000;
  const steps: object[] = [];
  let version: string | undefined;
  const ended = async (verdict: StageResult["verdict"], summary: string, fix: string): Promise<StageResult> => {
    const analyses = await cluster.analyses(version);
    const evidence = keep(`${JSON.stringify({ rollout: name, verdict, steps, analyses }, undefined, 2)}\n`);
    return { verdict, summary, fix, seconds: seconds(), evidence };
  };
  let told = "";
  for (;;) {
    const [seen, workload] = [await cluster.rollout(), await cluster.workload()];
    if (seen === undefined) return ended("errored", `there is no Rollout ${name}`, "see that Argo CD delivered it");
    const { phase = "", message = "", pauseConditions = [], currentStepIndex, currentPodHash } = seen.status ?? {};
    const current = isCurrent(seen, workload);
    if (current) version = currentPodHash;
    const line = `${name}: ${phase || "waiting"}${currentStepIndex === undefined ? "" : `, step ${currentStepIndex}`}`;
    if (line !== told) steps.push({ seconds: seconds(), phase, step: currentStepIndex, message, current });
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
    if (line !== told) say(line);
    told = line;
    await waitUntil(new Date(next));
  }
}

/** What the controller has not looked at yet says something of the version before: the Rollout's own, or its Deployment's. */
function isCurrent({ metadata, status }: RolloutStatus, workload: number | undefined): boolean {
  const observed = (generation: number | undefined, seen: string | undefined) =>
    generation === undefined || seen === String(generation);
  return (
    observed(metadata.generation, status?.observedGeneration) && observed(workload, status?.workloadObservedGeneration)
  );
}
