import type { Stack } from "./rule";
import type { Subject } from "./subject";
import { selects } from "./selector";
import { together } from "./namespace";
import { at, UNKNOWN, type Value } from "./value";

/**
 * The copies a workload is guaranteed: what its autoscaler keeps at least, for then `spec.replicas` is not the truth,
 * else what it asks for. Undefined for kinds without a number of their own.
 */
export function guaranteed(subject: Subject, stack: Stack): number | typeof UNKNOWN | undefined {
  const { workload } = subject;
  if (workload === UNKNOWN) return UNKNOWN;
  if (workload?.replicas === undefined) return undefined;
  // A Rollout that refers to it runs its pods, so many as the Rollout has (https://argo-rollouts.readthedocs.io/en/stable/migrating/).
  const rollout = stack.ofType(ROLLOUT).find((one) => refersTo(one, subject, workload.kind));
  const [scaled, kind] = rollout === undefined ? [subject, workload.kind] : [rollout, "Rollout"];
  const scalers = [...stack.ofType(HPA), ...stack.ofType(SCALED_OBJECT)].filter((scaler) =>
    scales(scaler, scaled, kind),
  );
  const floors = scalers.map((scaler) => floorOf(scaler));
  if (floors.length > 0) return floors.includes(UNKNOWN) ? UNKNOWN : Math.max(...(floors as number[]));
  if (rollout === undefined) return workload.replicas;
  const asked = at(rollout.properties["spec"], "replicas");
  return asked === UNKNOWN ? UNKNOWN : typeof asked === "number" ? asked : 1;
}

const ROLLOUT = "kubernetes:argoproj.io/v1alpha1:Rollout";

function refersTo(rollout: Subject, target: Subject, kind: string): boolean {
  const reference = at(rollout.properties["spec"], "workloadRef");
  return (
    together(rollout, target) && at(reference, "kind") === kind && sameName(at(reference, "name"), rollout, target)
  );
}

const HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
const SCALED_OBJECT = "kubernetes:keda.sh/v1alpha1:ScaledObject";

function scales(scaler: Subject, target: Subject, kind: string): boolean {
  const reference = at(scaler.properties["spec"], "scaleTargetRef");
  // KEDA's default kind is Deployment; an HPA always names it.
  return (
    together(scaler, target) &&
    (at(reference, "kind") ?? "Deployment") === kind &&
    sameName(at(reference, "name"), scaler, target)
  );
}

function sameName(name: Value, scaler: Subject, target: Subject): boolean {
  if (typeof name === "string" && typeof target.objectName === "string") return name === target.objectName;
  return (scaler.sources["spec"] ?? []).includes(target.urn);
}

/** minReplicas is 1 when an HPA says nothing; minReplicaCount is 0 when a ScaledObject says nothing. */
function floorOf(scaler: Subject): number | typeof UNKNOWN {
  const keda = scaler.type.includes("keda.sh");
  const value = at(scaler.properties["spec"], keda ? "minReplicaCount" : "minReplicas");
  if (value === UNKNOWN) return UNKNOWN;
  return typeof value === "number" ? value : keda ? 0 : 1;
}

/** The PodDisruptionBudgets that select the pods of a workload; UNKNOWN when that cannot be told for one. */
export function budgetsOf(subject: Subject, stack: Stack): readonly Subject[] | typeof UNKNOWN {
  const { workload } = subject;
  if (workload === undefined || workload === UNKNOWN) return UNKNOWN;
  const found: Subject[] = [];
  let open = false;
  for (const budget of stack.ofType("kubernetes:policy/v1:PodDisruptionBudget")) {
    if (!together(budget, subject)) continue;
    const match = selects(at(budget.properties["spec"], "selector"), workload.metadata["labels"] ?? {});
    if (match === UNKNOWN) open = true;
    else if (match) found.push(budget);
  }
  return found.length === 0 && open ? UNKNOWN : found;
}
