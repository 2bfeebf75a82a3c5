import { fieldsOf, listOf, specOf, type KubeObject } from "./object";
import { quantity } from "./quantity";
import { forbidden } from "./status";
import type { ClusterStore } from "./store";

/** ResourceQuota: what the pods of a namespace ask for together stays under its `hard` limits. */
export function enforceQuota(store: ClusterStore, pod: KubeObject): void {
  for (const quota of store.kind("v1", "ResourceQuota", pod.metadata.namespace)) {
    const hard = fieldsOf(specOf(quota)["hard"]);
    const asked = usage([pod]);
    const used = usage(
      store
        .kind("v1", "Pod", pod.metadata.namespace)
        .filter(
          (other) =>
            fieldsOf(other["status"])["phase"] !== "Succeeded" && fieldsOf(other["status"])["phase"] !== "Failed",
        ),
    );
    const missing = Object.keys(hard).filter(
      (name) => /^((requests|limits)\.|cpu$|memory$)/.test(name) && !(name in asked),
    );
    if (missing.length > 0)
      throw forbidden(
        "pods",
        "",
        pod.metadata.name,
        `failed quota: ${quota.metadata.name}: must specify ${missing.join(",")}`,
      );
    const over = Object.keys(hard).filter((name) => (used[name] ?? 0) + (asked[name] ?? 0) > quantity(hard[name]));
    if (over.length > 0) {
      const show = (values: Record<string, number>) => over.map((name) => `${name}=${values[name] ?? 0}`).join(",");
      throw forbidden(
        "pods",
        "",
        pod.metadata.name,
        `exceeded quota: ${quota.metadata.name}, requested: ${show(asked)}, used: ${show(used)}, limited: ${over.map((name) => `${name}=${String(hard[name])}`).join(",")}`,
      );
    }
  }
}

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
