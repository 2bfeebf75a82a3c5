import { createHash } from "node:crypto";
import { at, listAt, type KubeObject } from "../kubernetes/object";
import { lookAt } from "./argo-analysis";
import { ownedBy } from "./members";
import type { Operator, OperatorContext } from "./operator";
import { withConditions } from "./world";

const API = "argoproj.io/v1alpha1";
const HASH = "rollouts-pod-template-hash";
const PLUGIN = "argoproj-labs/gatewayAPI";
const kinds = {
  rollout: { apiVersion: API, kind: "Rollout" },
  deployment: { apiVersion: "apps/v1", kind: "Deployment" },
  set: { apiVersion: "apps/v1", kind: "ReplicaSet" },
  service: { apiVersion: "v1", kind: "Service" },
  template: { apiVersion: API, kind: "AnalysisTemplate" },
  run: { apiVersion: API, kind: "AnalysisRun" },
  route: { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" },
};

/**
 * Argo Rollouts: a ReplicaSet for each version of a Rollout, the steps of a canary, the traffic of its route. The first
 * version comes at once; a later one step by step, each when its pods are ready. In each pause its analysis looks once, which
 * takes it back or stops it (`argo-analysis.ts`); load and time pass by themselves.
 */
export const argoRollouts: Operator = {
  name: "argo-rollouts",
  deployment: { "app.kubernetes.io/name": "argo-rollouts" },
  kinds: Object.values(kinds),
  async reconcile(context) {
    const { world } = context;
    if (!this.kinds.every((kind) => world.knows(kind))) return true;
    for (const rollout of world.list(API, "Rollout"))
      if (rollout.metadata.deletionTimestamp === undefined) await run(context, rollout);
    return false;
  },
};

const copies = (object: KubeObject | undefined): number => Number(at(object, "spec", "replicas") ?? 1);
const ready = (set: KubeObject | undefined): number => Number(at(set, "status", "readyReplicas") ?? 0);

async function run(context: OperatorContext, rollout: KubeObject): Promise<void> {
  const { world } = context;
  const source = sourceOf(context, rollout);
  if (source === undefined) {
    const name = String(at(rollout, "spec", "workloadRef", "name"));
    const problem = `The Rollout "${rollout.metadata.name}" is invalid: spec.workloadRef.name: Invalid value: "${name}": not found`;
    return say(context, rollout, "Degraded", { message: problem });
  }
  const template = at(source, "spec", "template") as Template;
  // Another one than the Deployment's own, whose set would have the same name.
  const hash = createHash("sha256")
    .update(JSON.stringify([HASH, template]))
    .digest("hex")
    .slice(0, 10);
  const wanted = copies(rollout);
  const sets = world
    .list("apps/v1", "ReplicaSet", rollout.metadata.namespace)
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === rollout.metadata.uid) === true);
  const setOf = (version: unknown) => sets.find(({ metadata }) => metadata.labels?.[HASH] === version);
  const stable = setOf(at(rollout, "status", "stableRS"));
  const isFirst = stable === undefined || stable.metadata.labels?.[HASH] === hash;
  const steps = listAt(rollout, "spec", "strategy", "canary", "steps");
  const same = at(rollout, "status", "currentPodHash") === hash;
  const step = isFirst || !same ? 0 : Number(at(rollout, "status", "currentStepIndex") ?? 0);
  const over = !isFirst && same && ending(rollout);
  if (over !== false && over.phase === "Paused") return;
  const aborted = over !== false;
  const weight = aborted ? 0 : isFirst || step >= steps.length ? 100 : weightAt(steps, step);
  const share = Math.ceil((wanted * weight) / 100);

  const current = setOf(hash) ?? (await world.create(setFor(rollout, template, hash, share)));
  if (copies(current) !== share) await world.patch(current, { spec: { replicas: share } });
  if (stable !== undefined && !isFirst && copies(stable) !== wanted)
    await world.patch(stable, { spec: { replicas: wanted } });
  // Which generation of the Deployment this looks at; a Rollout with a template of its own refers to none.
  const workload = source === rollout ? undefined : String(source.metadata.generation ?? 1);
  const arrived = ready(current) >= share && copies(current) === share;
  await point(context, rollout, "canaryService", hash);
  if (stable === undefined) await point(context, rollout, "stableService", hash);
  if (arrived) await divide(context, rollout, isFirst ? 0 : weight);

  const counted = { hash, stable: at(rollout, "status", "stableRS"), sets, current };
  // All traffic is back on the old version; the new one stays taken back until another is asked for.
  if (aborted) return say(context, rollout, "Degraded", { ...counted, workload, step: 0, ...over });
  if (arrived && !isFirst && at(steps[step], "pause") !== undefined) {
    const judged = await lookAt(context, rollout, hash, template);
    if (judged.phase !== "Running") {
      const failed = judged.phase === "Failed";
      const message = failed ? `RolloutAborted: Rollout aborted update: ${judged.message}` : judged.message;
      const how = failed ? { abort: true } : { paused: "InconclusiveAnalysisRun" };
      return say(context, rollout, failed ? "Degraded" : "Paused", { ...counted, workload, step, message, ...how });
    }
  }
  if (!arrived || !(isFirst || step >= steps.length))
    return say(context, rollout, "Progressing", {
      ...counted,
      workload,
      step: arrived ? step + 1 : step,
      message: arrived ? "" : "more replicas need to be updated",
    });
  await point(context, rollout, "stableService", hash);
  await divide(context, rollout, 0);
  for (const old of sets) if (old.metadata.labels?.[HASH] !== hash && copies(old) !== 0) await scale(context, old, 0);
  const reference = at(rollout, "spec", "workloadRef", "scaleDown");
  if (reference === "onsuccess" && copies(source) !== 0) await scale(context, source, 0);
  return say(context, rollout, "Healthy", { ...counted, workload, stable: hash, step: steps.length });
}

/** How the canary of this version ended before its last step; false while it goes on. */
function ending(rollout: KubeObject) {
  const message = String(at(rollout, "status", "message") ?? "");
  if (at(rollout, "status", "abort") === true) return { phase: "Degraded", abort: true, message } as const;
  return listAt(rollout, "status", "pauseConditions").length > 0 && ({ phase: "Paused" } as const);
}

/** What holds the pod template: the Rollout itself, or the Deployment it refers to. */
function sourceOf({ world }: OperatorContext, rollout: KubeObject): KubeObject | undefined {
  const name = at(rollout, "spec", "workloadRef", "name");
  if (typeof name !== "string") return rollout;
  return world.get({ ...kinds.deployment, name, namespace: rollout.metadata.namespace });
}

/** Share of the traffic at a step, in percent: what the last weight up to it says. */
function weightAt(steps: readonly object[], index: number): number {
  const weights = steps.slice(0, index + 1).flatMap((step) => ("setWeight" in step ? [Number(step.setWeight)] : []));
  return weights.at(-1) ?? 0;
}

function setFor(rollout: KubeObject, template: Template, hash: string, replicas: number): KubeObject {
  const labels = { ...template.metadata?.labels, [HASH]: hash };
  return {
    ...kinds.set,
    metadata: {
      name: `${rollout.metadata.name}-${hash}`,
      namespace: rollout.metadata.namespace ?? "",
      labels,
      ownerReferences: ownedBy(rollout),
    },
    spec: {
      replicas,
      selector: { matchLabels: { ...(at(rollout, "spec", "selector", "matchLabels") as object), [HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

async function scale({ world }: OperatorContext, object: KubeObject, replicas: number): Promise<void> {
  await world.patch(object, { spec: { replicas } });
}

/** Has a Service of the canary select the pods of one version. */
async function point({ world }: OperatorContext, rollout: KubeObject, which: string, hash: string): Promise<void> {
  const name = at(rollout, "spec", "strategy", "canary", which);
  if (typeof name !== "string") return;
  const service = world.get({ ...kinds.service, name, namespace: rollout.metadata.namespace });
  if (service !== undefined) await world.patch(service, { spec: { selector: { [HASH]: hash } } });
}

/** Gives the new version its share of the route's traffic, as the plugin for the Gateway API does. */
async function divide({ world }: OperatorContext, rollout: KubeObject, weight: number): Promise<void> {
  const canary = at(rollout, "spec", "strategy", "canary") as Readonly<Record<string, unknown>>;
  const name = at(canary, "trafficRouting", "plugins", PLUGIN, "httpRoute");
  if (typeof name !== "string") return;
  const route = world.get({ ...kinds.route, name, namespace: rollout.metadata.namespace });
  if (route === undefined) return;
  const share = { [String(canary["stableService"])]: 100 - weight, [String(canary["canaryService"])]: weight };
  const rules = listAt(route, "spec", "rules").map((rule) => ({
    ...rule,
    backendRefs: listAt<{ name: string }>(rule, "backendRefs").map((backend) => ({
      ...backend,
      ...(backend.name in share && { weight: share[backend.name] }),
    })),
  }));
  await world.patch(route, { spec: { rules } });
}

interface Template {
  readonly metadata?: {
    readonly labels?: Record<string, string>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: object;
}

interface Telling {
  readonly message?: string;
  /** Taken back by its analysis, or waiting for a person, why. */
  readonly abort?: boolean;
  readonly paused?: string;
  readonly hash?: string;
  readonly stable?: unknown;
  readonly step?: number;
  readonly workload?: string | undefined;
  readonly sets?: readonly KubeObject[];
  readonly current?: KubeObject;
}

async function say(
  { world, now }: OperatorContext,
  rollout: KubeObject,
  phase: "Healthy" | "Progressing" | "Degraded" | "Paused",
  { message = "", abort = false, paused, hash, stable, step, workload, sets = [], current }: Telling,
): Promise<void> {
  const labels = Object.entries((at(rollout, "spec", "selector", "matchLabels") ?? {}) as Record<string, string>);
  const invalid = phase === "Degraded" && !abort;
  const sum = (field: string) => sets.reduce((total, set) => total + Number(at(set, "status", field) ?? 0), 0);
  await world.status(rollout, {
    phase,
    message,
    abort,
    pauseConditions: paused === undefined ? [] : [{ reason: paused, startTime: now() }],
    // A text in Argo Rollouts.
    observedGeneration: String(rollout.metadata.generation ?? 1),
    selector: labels.map(([key, value]) => `${key}=${value}`).join(","),
    replicas: sum("replicas"),
    readyReplicas: sum("readyReplicas"),
    availableReplicas: sum("readyReplicas"),
    HPAReplicas: sum("replicas"),
    ...(hash !== undefined && { currentPodHash: hash, updatedReplicas: ready(current) }),
    ...(stable !== undefined && { stableRS: stable }),
    ...(step !== undefined && { currentStepIndex: step }),
    ...(workload !== undefined && { workloadObservedGeneration: workload }),
    conditions: withConditions(
      rollout["status"],
      [
        { type: "Healthy", status: phase === "Healthy" ? "True" : "False", reason: `Rollout${phase}`, message },
        {
          type: "InvalidSpec",
          status: invalid ? "True" : "False",
          reason: invalid ? "InvalidSpec" : "ValidSpec",
          message,
        },
      ],
      now,
    ),
  });
}
