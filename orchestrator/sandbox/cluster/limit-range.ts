import { fieldsOf, listOf, specOf, type Fields, type KubeObject } from "./object";
import { quantity, textOf } from "./quantity";
import { forbidden } from "./status";
import type { ClusterStore } from "./store";

/**
 * LimitRange: what a container leaves out comes from the namespace, and what containers and pods ask for stays within
 * its bounds (https://kubernetes.io/docs/concepts/policy/limit-range/).
 */
export function withLimits(store: ClusterStore, pod: KubeObject): KubeObject {
  const limits = store
    .kind("v1", "LimitRange", pod.metadata.namespace)
    .flatMap((range) => listOf(specOf(range)["limits"]));
  const ofContainers = limits.filter((limit) => limit["type"] === "Container");
  const spec = specOf(pod);
  const filled = (name: string) =>
    spec[name] === undefined ? {} : { [name]: listOf(spec[name]).map((container) => fill(container, ofContainers)) };
  const complete = { ...pod, spec: { ...spec, ...filled("containers"), ...filled("initContainers") } };
  const refusals = [
    ...["containers", "initContainers"].flatMap((name) =>
      listOf(specOf(complete)[name]).flatMap((container) =>
        ofContainers.flatMap((limit) => outside(limit, fieldsOf(container["resources"]), "Container")),
      ),
    ),
    ...limits.filter((limit) => limit["type"] === "Pod").flatMap((limit) => outside(limit, total(complete), "Pod")),
  ];
  if (refusals.length > 0)
    throw forbidden(
      "pods",
      "",
      pod.metadata.name,
      refusals.length === 1 ? (refusals[0] as string) : `[${refusals.join(", ")}]`,
    );
  return complete;
}

/** A container's own limit is its request too; after that the defaults, which a bound without default provides. */
function fill(container: Fields, limits: readonly Fields[]): Fields {
  const resources = fieldsOf(container["resources"]);
  const merged = (key: string) => Object.assign({}, ...limits.map((limit) => fieldsOf(limit[key]))) as Fields;
  const defaults = { ...merged("max"), ...merged("default") };
  const own = fieldsOf(resources["limits"]);
  const bounded = { ...defaults, ...own };
  const requested = {
    ...merged("min"),
    ...defaults,
    ...merged("defaultRequest"),
    ...own,
    ...fieldsOf(resources["requests"]),
  };
  const complete = {
    ...resources,
    ...(Object.keys(bounded).length > 0 && { limits: bounded }),
    ...(Object.keys(requested).length > 0 && { requests: requested }),
  };
  return Object.keys(complete).length === 0 ? container : { ...container, resources: complete };
}

function outside(limit: Fields, resources: Fields, type: "Container" | "Pod"): string[] {
  const requests = fieldsOf(resources["requests"]);
  const bounds = fieldsOf(resources["limits"]);
  const below = Object.entries(fieldsOf(limit["min"])).flatMap(([name, least]) => {
    const rule = `minimum ${name} usage per ${type} is ${String(least)}`;
    if (requests[name] === undefined) return [`${rule}.  No request is specified`];
    if (quantity(requests[name]) < quantity(least)) return [`${rule}, but request is ${String(requests[name])}`];
    return bounds[name] !== undefined && quantity(bounds[name]) < quantity(least)
      ? [`${rule}, but limit is ${String(bounds[name])}`]
      : [];
  });
  const above = Object.entries(fieldsOf(limit["max"])).flatMap(([name, most]) => {
    const rule = `maximum ${name} usage per ${type} is ${String(most)}`;
    if (bounds[name] === undefined) return [`${rule}.  No limit is specified`];
    if (quantity(bounds[name]) > quantity(most)) return [`${rule}, but limit is ${String(bounds[name])}`];
    return quantity(requests[name]) > quantity(most) ? [`${rule}, but request is ${String(requests[name])}`] : [];
  });
  return [...below, ...above];
}

/** What a pod's containers ask for together; a side that one of them leaves out is still a sum, as in the real one. */
function total(pod: KubeObject): Fields {
  const sums: Record<string, Record<string, string>> = { requests: {}, limits: {} };
  for (const container of listOf(specOf(pod)["containers"]))
    for (const [side, sum] of Object.entries(sums))
      for (const [name, value] of Object.entries(fieldsOf(fieldsOf(container["resources"])[side])))
        sum[name] = sum[name] === undefined ? String(value) : textOf(quantity(sum[name]) + quantity(value));
  return sums;
}
