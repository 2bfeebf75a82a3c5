import { fieldsOf, listOf, specOf, statusOf, type Fields, type KubeObject } from "./object";
import { selectorMatcher } from "./selectors";
import type { ClusterStore } from "./store";

/** Why a pod must not be on this node beside others: hard rules only, in the scheduler's words. */
export function crowded(store: ClusterStore, node: KubeObject, pod: KubeObject): string | undefined {
  if (repelled(store, node, pod)) return "node(s) didn't match pod anti-affinity rules";
  return skewed(store, node, pod) ? "node(s) didn't match pod topology spread constraints" : undefined;
}

const domainOf = (node: KubeObject | undefined, key: string): string | undefined => node?.metadata.labels?.[key];

/** Pods of the same namespace that a selector means, each with the domain it is in. */
function placed(store: ClusterStore, pod: KubeObject, selector: unknown, key: string): (string | undefined)[] {
  const matches = selectorMatcher(fieldsOf(selector));
  return store
    .kind("v1", "Pod", pod.metadata.namespace)
    .filter(
      (other) =>
        other.metadata.name !== pod.metadata.name &&
        specOf(other)["nodeName"] !== undefined &&
        !["Succeeded", "Failed"].includes(String(statusOf(other)["phase"])) &&
        matches(other.metadata.labels ?? {}),
    )
    .map((other) => domainOf(store.find("v1", "Node", String(specOf(other)["nodeName"])), key));
}

function repelled(store: ClusterStore, node: KubeObject, pod: KubeObject): boolean {
  const rules = fieldsOf(fieldsOf(specOf(pod)["affinity"])["podAntiAffinity"]);
  return listOf<Fields>(rules["requiredDuringSchedulingIgnoredDuringExecution"]).some((term) => {
    const key = String(term["topologyKey"]);
    const here = domainOf(node, key);
    return here !== undefined && placed(store, pod, term["labelSelector"], key).includes(here);
  });
}

/** Too far above the domain that has fewest, counting domains of all nodes. */
function skewed(store: ClusterStore, node: KubeObject, pod: KubeObject): boolean {
  const rules = listOf<Fields>(specOf(pod)["topologySpreadConstraints"]);
  return rules
    .filter((rule) => rule["whenUnsatisfiable"] === "DoNotSchedule")
    .some((rule) => {
      const key = String(rule["topologyKey"]);
      const here = domainOf(node, key);
      if (here === undefined) return true;
      const others = placed(store, pod, rule["labelSelector"], key);
      const count = (domain: string) => others.filter((one) => one === domain).length;
      const domains = new Set(
        store.kind("v1", "Node").flatMap((one) => {
          const domain = domainOf(one, key);
          return domain === undefined ? [] : [domain];
        }),
      );
      return count(here) + 1 - Math.min(...[...domains].map(count)) > Number(rule["maxSkew"] ?? 1);
    });
}
