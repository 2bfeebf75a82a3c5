import { fieldsOf, listOf, specOf, statusOf, type Fields, type KubeObject } from "./object";
import { quantity, textOf } from "./quantity";
import { forbidden } from "./status";
import type { ClusterStore } from "./store";

/** ResourceQuota: what the pods of a namespace ask for together stays under its `hard` limits. */
export function enforceQuota(store: ClusterStore, pod: KubeObject): void {
  for (const quota of store.kind("v1", "ResourceQuota", pod.metadata.namespace)) {
    const hard = fieldsOf(specOf(quota)["hard"]);
    const asked = usage([pod]);
    const used = usage(counted(store, pod.metadata.namespace));
    const missing = Object.keys(hard)
      .sort()
      .map((name) => ({ name, silent: containersWithout(pod, name) }))
      .filter(({ silent }) => silent.length > 0)
      .map(({ name, silent }) => `${name} for: ${silent.join(",")}`);
    if (missing.length > 0)
      throw forbidden(
        "pods",
        "",
        pod.metadata.name,
        `failed quota: ${quota.metadata.name}: must specify ${missing.join("; ")}`,
      );
    const over = Object.keys(hard)
      .filter((name) => (used[name] ?? 0) + (asked[name] ?? 0) > quantity(hard[name]))
      .sort();
    if (over.length > 0) {
      const show = (values: Record<string, number>) =>
        over.map((name) => `${name}=${textOf(values[name] ?? 0)}`).join(",");
      throw forbidden(
        "pods",
        "",
        pod.metadata.name,
        `exceeded quota: ${quota.metadata.name}, requested: ${show(asked)}, used: ${show(used)}, limited: ${over.map((name) => `${name}=${String(hard[name])}`).join(",")}`,
      );
    }
  }
}

/** Containers that leave out what a quota counts; it cannot count what nobody said. */
function containersWithout(pod: KubeObject, name: string): string[] {
  const [, side = "requests", resource = ""] =
    /^(?:(requests|limits)\.)?(cpu|memory|ephemeral-storage)$/.exec(name) ?? [];
  return resource === ""
    ? []
    : listOf(specOf(pod)["containers"])
        .filter((container) => fieldsOf(fieldsOf(container["resources"])[side])[resource] === undefined)
        .map((container) => String(container["name"]))
        .sort();
}

/** What a quota says of itself: its limits, and how much of each is taken. */
export function quotaStatus(store: ClusterStore, quota: KubeObject): Fields {
  const hard = fieldsOf(specOf(quota)["hard"]);
  const used = usage(counted(store, quota.metadata.namespace));
  return { hard, used: Object.fromEntries(Object.keys(hard).map((name) => [name, textOf(used[name] ?? 0)])) };
}
/** Pods that have ended count no more. */
const counted = (store: ClusterStore, namespace: string | undefined) =>
  store.kind("v1", "Pod", namespace).filter((pod) => !["Succeeded", "Failed"].includes(String(statusOf(pod)["phase"])));

function usage(pods: readonly KubeObject[]): Record<string, number> {
  const sum: Record<string, number> = { pods: pods.length };
  for (const pod of pods) {
    for (const container of listOf(specOf(pod)["containers"])) {
      for (const side of ["requests", "limits"]) {
        for (const [name, value] of Object.entries(fieldsOf(fieldsOf(container["resources"])[side]))) {
          // A quota may say `cpu` for `requests.cpu`.
          for (const key of side === "requests" ? [`requests.${name}`, name] : [`limits.${name}`])
            sum[key] = (sum[key] ?? 0) + quantity(value);
        }
      }
    }
  }
  return sum;
}
