import { randomBytes } from "node:crypto";
import type { KubernetesObject, V1Deployment, V1Pod } from "@kubernetes/client-node";
import type { Experiment } from "../../infra/chaos/experiments";
import type { ChaosOutput } from "../../infra/outputs";
import type { Proof, WaitUntil } from "../checks/check";
import type { ClusterView } from "../checks/cluster-view";
import { SlipwayError } from "../errors";
import { bringAbout, type Fault } from "./faults";

/** What a drill works with; tests bring their own. */
export interface DrillWork {
  readonly environment: string;
  readonly chaos: ChaosOutput;
  readonly view: ClusterView;
  readonly waitUntil: WaitUntil;
  /** Asks the API server to evict a pod; why it refuses, or nothing. */
  evict(namespace: string, name: string): Promise<string | undefined>;
  /** Names of alerts that fire now. */
  firing(): Promise<readonly string[]>;
  readonly proof: Proof;
  /** Milliseconds of a clock that only goes forward. */
  milliseconds(): number;
  now(): Date;
  /** How long a fault that lasts is left in place. */
  readonly holdSeconds: number;
}

export interface DrillRequest {
  readonly experiment: Experiment;
  readonly target: { readonly namespace: string; readonly name: string };
  /** The namespace the caller says may be hit: without it production is refused (E6.5). */
  readonly scope?: string;
}

/** What is kept of a drill (A16.2). */
export interface DrillRecord {
  readonly experiment: string;
  readonly environment: string;
  readonly target: string;
  readonly runbook: string;
  readonly startedAt: string;
  readonly proof: Proof;
  /** What was hit, by namespace and name. */
  readonly hit: readonly string[];
  readonly verdict: "passed" | "failed" | "aborted";
  readonly reason: string;
  /** From the fault until all copies were ready again; absent when they were not. */
  readonly recoverySeconds?: number;
  readonly impact: {
    /** Copies wanted, and the fewest that were ready at a look. */
    readonly wanted: number;
    readonly leastReady: number;
    /** Sum over the copies that were missing: what an error budget would be charged. */
    readonly missingCopySeconds: number;
    readonly looks: number;
  };
  readonly alerts: { readonly name: string; readonly expected: "fires" | "silent"; readonly fired: readonly string[] };
}

/**
 * Runs one experiment on one workload: steady at first, the fault, looks until all is as it was. A drill that uses up
 * its budget is aborted at once, its fault taken back, whatever it was about to learn (A16.3).
 * @throws SlipwayError `drill-refused` where it may not run, `drill-unsteady` where nothing could be learnt.
 */
export async function runDrill(work: DrillWork, { experiment, target, scope }: DrillRequest): Promise<DrillRecord> {
  permit(work, target.namespace, scope);
  const workload = await steady(work, target);
  const wanted = workload.spec?.replicas ?? 1;
  const before = new Set((await podsOf(work, workload)).map(idOf));
  const startedAt = work.now().toISOString();
  const start = work.milliseconds();
  const seen = { leastReady: wanted, missing: 0, looks: 0, last: start };
  let fault: Fault | undefined;
  let outcome: Pick<DrillRecord, "verdict" | "reason" | "recoverySeconds">;
  try {
    fault = await bringAbout(work, experiment, workload, `drill-${randomBytes(4).toString("hex")}`);
    const { hit, over } = fault;
    const { value, done } = await work.waitUntil({
      reason: `${target.namespace}/${target.name} to recover from ${experiment.name}`,
      deadlineSeconds: experiment.budget.recoverySeconds,
      attempt: async () => {
        const pods = await podsOf(work, workload);
        const ready = pods.filter(isReady).length;
        const now = work.milliseconds();
        seen.missing += (Math.max(0, wanted - ready) * (now - seen.last)) / 1000;
        seen.last = now;
        seen.looks += 1;
        seen.leastReady = Math.min(seen.leastReady, ready);
        const burnt = seen.leastReady < experiment.budget.leastReady * wanted;
        const gone = hit.every((name) => !pods.some((pod) => idOf(pod) === name && before.has(name)));
        const recovered = ready >= wanted && (over ? gone : now - start >= work.holdSeconds * 1000);
        return { done: burnt || recovered, value: burnt ? "burnt" : "recovered" };
      },
    });
    outcome = judge(experiment, done ? value : "late", seen.leastReady, wanted, (work.milliseconds() - start) / 1000);
  } catch (error) {
    outcome = { verdict: "failed", reason: error instanceof Error ? error.message : String(error) };
  } finally {
    await fault?.takeBack();
  }
  const fired = await work.firing();
  const asExpected = fired.includes(experiment.alert.name) === (experiment.alert.expected === "fires");
  return {
    experiment: experiment.name,
    environment: work.environment,
    target: `${target.namespace}/${target.name}`,
    runbook: `docs/runbooks/${experiment.runbook}.md`,
    startedAt,
    proof: work.proof,
    hit: (fault?.hit ?? []).map((id) => id.split(" ")[0] ?? id),
    ...(outcome.verdict === "passed" && !asExpected
      ? {
          ...outcome,
          verdict: "failed" as const,
          reason: `${experiment.alert.name} ${experiment.alert.expected === "fires" ? "did not fire" : "fired"}`,
        }
      : outcome),
    impact: {
      wanted,
      leastReady: seen.leastReady,
      missingCopySeconds: Math.round(seen.missing * 10) / 10,
      looks: seen.looks,
    },
    alerts: { ...experiment.alert, fired },
  };
}

/** E6.5, A16.3: where a drill may run at all. */
function permit({ environment, chaos }: DrillWork, namespace: string, scope: string | undefined): void {
  const refuse = (why: string, fix: string) => new SlipwayError("drill-refused", why, fix, "refused");
  if (chaos.tool === "none")
    throw refuse(
      `${environment} has no tool for faults`,
      `set slipway:chaos in Pulumi.${environment}.yaml, with a scope, and roll phase 16 out`,
    );
  if (!chaos.scope.includes(namespace))
    throw refuse(
      `${namespace} is not in the scope of faults of ${environment}: ${chaos.scope.join(", ")}`,
      "drill a workload of the scope, or widen slipway:chaos.scope",
    );
  if (environment === "production" && scope !== namespace)
    throw refuse(
      "a drill in production needs its scope said with it (E6.5)",
      `add --scope ${namespace} when you mean it`,
    );
}

/** A workload that is not whole before a fault teaches nothing after it. */
async function steady({ view }: DrillWork, { namespace, name }: DrillRequest["target"]): Promise<V1Deployment> {
  const found = await view.get<V1Deployment>("apps/v1", "Deployment", name, namespace);
  const wanted = found?.spec?.replicas ?? 1;
  const available = found?.status?.availableReplicas ?? 0;
  if (found !== undefined && wanted > 0 && available >= wanted) return found;
  throw new SlipwayError(
    "drill-unsteady",
    found === undefined
      ? `there is no Deployment ${namespace}/${name}`
      : `${namespace}/${name} has ${available} of ${wanted} copies before the drill`,
    "mend it first: nothing can be learnt from what is broken already",
    "refused",
  );
}

function judge(
  { budget }: Experiment,
  end: string,
  leastReady: number,
  wanted: number,
  seconds: number,
): Pick<DrillRecord, "verdict" | "reason" | "recoverySeconds"> {
  if (end === "burnt")
    return {
      verdict: "aborted",
      reason: `${leastReady} of ${wanted} copies were ready, ${Math.ceil(budget.leastReady * wanted)} have to be: the budget is used up, the fault was taken back`,
    };
  if (end === "late") return { verdict: "failed", reason: `not as it was within ${budget.recoverySeconds} s` };
  const recoverySeconds = Math.round(seconds * 10) / 10;
  return { verdict: "passed", reason: `as it was after ${recoverySeconds} s`, recoverySeconds };
}

/** Pods of a Deployment that are not on their way out. */
export async function podsOf({ view }: Pick<DrillWork, "view">, workload: V1Deployment): Promise<V1Pod[]> {
  const labels = Object.entries(workload.spec?.selector.matchLabels ?? {});
  const pods = await view.list<V1Pod>("v1", "Pod", workload.metadata?.namespace);
  return pods.filter(
    ({ metadata }) =>
      metadata?.deletionTimestamp === undefined && labels.every(([key, value]) => metadata?.labels?.[key] === value),
  );
}

/** A pod that comes back under its name is another one. */
export const idOf = ({ metadata }: KubernetesObject): string =>
  `${metadata?.namespace ?? ""}/${metadata?.name ?? ""} ${metadata?.uid ?? ""}`;

function isReady({ status }: V1Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
}
