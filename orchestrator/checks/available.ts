import type { V1Deployment, V1PodDisruptionBudget } from "@kubernetes/client-node";
import type { Finding } from "./check";
import { nameOf, type ClusterView } from "./cluster-view";
import { each, examine } from "./finding";

/** A second replica, or a drained node stops the part (B2.4). */
const REPLICAS = 2;

/**
 * Every Deployment of a namespace is available; with high availability each has a second replica and a budget that
 * keeps one of them. dev is the stated exception: one replica, and no budget that would keep its node from being
 * drained.
 */
export function deploymentsAvailable(
  view: ClusterView,
  requirement: string,
  title: string,
  namespace: string,
  highAvailability: boolean,
  /** Deployments that one copy is enough for, or that allow no second. */
  single: readonly string[] = [],
): Promise<Finding> {
  return examine({ requirement, title }, async () => {
    const [deployments, budgets] = await Promise.all([
      view.list<V1Deployment>("apps/v1", "Deployment", namespace),
      view.list<V1PodDisruptionBudget>("policy/v1", "PodDisruptionBudget", namespace),
    ]);
    const wrong = each(deployments, nameOf, (deployment) => {
      const available = deployment.status?.availableReplicas ?? 0;
      const alone = !highAvailability || single.includes(deployment.metadata?.name ?? "");
      const needed = alone ? 1 : REPLICAS;
      if (available < needed) return `${available} replicas available, ${needed} needed`;
      if (alone) return undefined;
      const labels = deployment.spec?.template.metadata?.labels ?? {};
      // A budget without a selector guards nothing, one with an empty selector everything (policy/v1).
      const guarded = budgets.some(
        ({ spec }) =>
          spec?.selector !== undefined &&
          Object.entries(spec.selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value),
      );
      return guarded ? undefined : "no PodDisruptionBudget selects it";
    });
    const detail = deployments.map((deployment) => deployment.metadata?.name).join(", ");
    return { looked: deployments.length, wrong, detail };
  });
}
