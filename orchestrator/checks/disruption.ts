import type { KubernetesObject, V1Deployment, V1PodDisruptionBudget, V1StatefulSet } from "@kubernetes/client-node";
import { nameOf, type ClusterView } from "./cluster-view";
import type { Offence } from "./finding";

/** What a component's pods may lose, and what is wrong with that. */
export interface Disruptions {
  /** Components with more than one copy. */
  readonly critical: readonly string[];
  /** Components with more than one copy that no budget guards. */
  readonly unguarded: readonly Offence[];
  /** Budgets that let no pod go: every drain waits for them. */
  readonly locked: readonly Offence[];
}

/** Copies that stand by for one another while nobody waits for them: a drain may take all, and snapshots begin later. */
const EXPENDABLE = ["kube-system/snapshot-controller"];

type Workload = V1Deployment | V1StatefulSet;
/** Namespaces that come and go with somebody's work; what is critical there is theirs to say. */
const PASSING = ["slipway.dev/team", "slipway.dev/probe"];

/**
 * Looks at everything that runs in more than one copy, outside of namespaces of teams (A18.3). One copy alone is a
 * decision of the environment (B2.4), and a budget over it a deadlock.
 */
export async function disruptions(view: ClusterView): Promise<Disruptions> {
  const [namespaces, deployments, sets, budgets] = await Promise.all([
    view.list("v1", "Namespace"),
    view.list<V1Deployment>("apps/v1", "Deployment"),
    view.list<V1StatefulSet>("apps/v1", "StatefulSet"),
    view.list<V1PodDisruptionBudget>("policy/v1", "PodDisruptionBudget"),
  ]);
  const passing = new Set(namespaces.filter(isPassing).map(({ metadata }) => metadata?.name));
  const ours = ({ metadata }: KubernetesObject) => !passing.has(metadata?.namespace);
  const critical = [...deployments, ...sets]
    .filter(ours)
    .filter((one) => (one.spec?.replicas ?? 1) > 1 && !EXPENDABLE.includes(nameOf(one)));
  return {
    critical: critical.map(nameOf),
    unguarded: critical
      .filter((workload) => !budgets.some((budget) => guards(budget, workload)))
      .map((workload) => ({
        subject: nameOf(workload),
        reason: `${workload.spec?.replicas ?? 1} copies and no PodDisruptionBudget: a drain may take all of them`,
      })),
    locked: budgets.filter(ours).flatMap((budget) => {
      const reason = lockOf(budget);
      return reason === undefined ? [] : [{ subject: nameOf(budget), reason }];
    }),
  };
}

const isPassing = ({ metadata }: KubernetesObject): boolean =>
  PASSING.some((label) => metadata?.labels?.[label] !== undefined);

function guards({ metadata, spec }: V1PodDisruptionBudget, workload: Workload): boolean {
  if (metadata?.namespace !== workload.metadata?.namespace || spec?.selector === undefined) return false;
  const labels = workload.spec?.template.metadata?.labels ?? {};
  const { matchLabels = {}, matchExpressions = [] } = spec.selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const has = labels[key] !== undefined && (values.length === 0 || values.includes(labels[key]));
      return operator === "In" || operator === "Exists" ? has : !has;
    })
  );
}

/** Why no pod may go although all of them are well; a budget whose pods are ill is no deadlock but does its work. */
function lockOf({ metadata, spec, status }: V1PodDisruptionBudget): string | undefined {
  // CloudNativePG keeps the primary until a standby on another node has taken over, which it starts when the node is cordoned.
  if (
    metadata?.ownerReferences?.some(
      ({ apiVersion, kind }) => apiVersion.startsWith("postgresql.cnpg.io/") && kind === "Cluster",
    )
  )
    return undefined;
  if (status === undefined || (status.expectedPods ?? 0) === 0) return undefined;
  if ((status.disruptionsAllowed ?? 0) > 0) return undefined;
  if ((status.currentHealthy ?? 0) < (status.expectedPods ?? 0)) return undefined;
  const told =
    spec?.maxUnavailable === undefined
      ? `minAvailable ${String(spec?.minAvailable)}`
      : `maxUnavailable ${String(spec.maxUnavailable)}`;
  return `${told} of ${status.expectedPods} healthy pods lets none go: every drain, and with it every upgrade, waits`;
}
