import { quantity } from "./quantity";
import { fieldsOf, listOf, specOf, statusOf, stringsOf, type Fields, type KubeObject } from "./object";
import { crowded } from "./spread";
import type { ClusterStore } from "./store";

interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}

/** A node for the pod, or the sentence the scheduler says when there is none. */
export function schedule(store: ClusterStore, pod: KubeObject): { node: KubeObject } | { reason: string } {
  const nodes = store.kind("v1", "Node");
  const refusals = new Map<string, number>();
  const fits: KubeObject[] = [];
  for (const node of nodes) {
    const refusal = refuses(store, node, pod);
    if (refusal === undefined) fits.push(node);
    else refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
  }
  const [best] = fits
    .map((node) => ({ node, load: podsOn(store, node).length }))
    .sort((a, b) => a.load - b.load || a.node.metadata.name.localeCompare(b.node.metadata.name));
  if (best !== undefined) return { node: best.node };
  const why = [...refusals].map(([reason, count]) => `${count} ${reason}`).join(", ");
  return { reason: `0/${nodes.length} nodes are available: ${nodes.length === 0 ? "no nodes" : why}.` };
}

export function podsOn(store: ClusterStore, node: KubeObject): KubeObject[] {
  return store
    .kind("v1", "Pod")
    .filter(
      (pod) =>
        specOf(pod)["nodeName"] === node.metadata.name &&
        !["Succeeded", "Failed"].includes(String(statusOf(pod)["phase"])),
    );
}

function refuses(store: ClusterStore, node: KubeObject, pod: KubeObject): string | undefined {
  const spec = specOf(pod);
  if (!eligible(node, spec)) return "node(s) didn't match Pod's node affinity/selector";
  const taint = untolerated(node, spec);
  if (taint !== undefined) return `node(s) had untolerated taint {${taint}}`;
  const apart = crowded(store, node, pod);
  if (apart !== undefined) return apart;
  const allocatable = stringsOf(statusOf(node)["allocatable"]);
  const placed = podsOn(store, node);
  if (placed.length + 1 > quantity(allocatable["pods"] ?? "0")) return "Too many pods";
  const asked = requests(pod);
  for (const [resource, amount] of Object.entries(asked)) {
    const used = placed.reduce((sum, other) => sum + (requests(other)[resource] ?? 0), 0);
    if (used + amount > quantity(allocatable[resource] ?? "0")) return `Insufficient ${resource}`;
  }
  return undefined;
}

export function requests(pod: KubeObject): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const container of listOf(specOf(pod)["containers"])) {
    const resources = fieldsOf(container["resources"]);
    for (const [name, value] of Object.entries({
      ...fieldsOf(resources["limits"]),
      ...fieldsOf(resources["requests"]),
    }))
      sum[name] = (sum[name] ?? 0) + quantity(value);
  }
  return sum;
}

/** nodeSelector and required node affinity. */
export function eligible(node: KubeObject, podSpec: Fields): boolean {
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(stringsOf(podSpec["nodeSelector"])).every(([key, value]) => labels[key] === value)) return false;
  const required = fieldsOf(
    fieldsOf(fieldsOf(podSpec["affinity"])["nodeAffinity"])["requiredDuringSchedulingIgnoredDuringExecution"],
  );
  const terms = listOf(required["nodeSelectorTerms"]);
  return (
    terms.length === 0 ||
    terms.some((term) =>
      listOf<{ key: string; operator: string; values?: string[] }>(term["matchExpressions"]).every((expression) =>
        matches(labels[expression.key], expression),
      ),
    )
  );
}
function matches(
  value: string | undefined,
  { operator, values = [] }: { operator: string; values?: string[] },
): boolean {
  if (operator === "In") return value !== undefined && values.includes(value);
  if (operator === "NotIn") return value === undefined || !values.includes(value);
  if (operator === "Exists") return value !== undefined;
  if (operator === "DoesNotExist") return value === undefined;
  return operator === "Gt" ? Number(value) > Number(values[0]) : Number(value) < Number(values[0]);
}

/** The first taint nothing tolerates, as the scheduler writes it. */
export function untolerated(node: KubeObject, podSpec: Fields): string | undefined {
  const tolerations = listOf<Toleration>(podSpec["tolerations"]);
  const taints = listOf<{ key: string; value?: string; effect: string }>(specOf(node)["taints"]).filter(
    (taint) => taint.effect !== "PreferNoSchedule",
  );
  const open = taints.find((taint) => !tolerations.some((toleration) => tolerates(toleration, taint)));
  return open && `${open.key}: ${open.value ?? ""}`;
}
function tolerates(toleration: Toleration, taint: { key: string; value?: string; effect: string }): boolean {
  if (toleration.effect !== undefined && toleration.effect !== "" && toleration.effect !== taint.effect) return false;
  if (toleration.operator === "Exists")
    return toleration.key === undefined || toleration.key === "" || toleration.key === taint.key;
  return toleration.key === taint.key && (toleration.value ?? "") === (taint.value ?? "");
}
