import { specOf, type KubeObject } from "../object";
import { selectorMatcher } from "../selectors";
import { isReady, type ClusterHands } from "./hands";

export function budget(cluster: ClusterHands, budget: KubeObject): void {
  const { selector, minAvailable, maxUnavailable } = specOf(budget);
  const matches = selectorMatcher(selector);
  const pods = cluster.store
    .kind("v1", "Pod", budget.metadata.namespace)
    .filter((pod) => matches(pod.metadata.labels ?? {}));
  const share = (value: unknown) =>
    typeof value === "string" && value.endsWith("%")
      ? Math.ceil((pods.length * Number(value.slice(0, -1))) / 100)
      : Number(value);
  const desiredHealthy =
    minAvailable !== undefined ? share(minAvailable) : Math.max(0, pods.length - share(maxUnavailable ?? 0));
  const currentHealthy = pods.filter(isReady).length;
  cluster.status(budget, {
    expectedPods: pods.length,
    currentHealthy,
    desiredHealthy,
    disruptionsAllowed: Math.max(0, currentHealthy - desiredHealthy),
    observedGeneration: budget.metadata.generation,
  });
}
