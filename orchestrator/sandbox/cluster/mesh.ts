import { AMBIENT, SIDECAR } from "../../../infra/mesh/names";
import { fieldsOf, specOf, statusOf, type KubeObject } from "./object";
import type { Objects } from "./probes";
import { selectorMatcher } from "./selectors";

/**
 * The port on which NetworkPolicies see a connection between two pods: the mesh's own when both have joined it, else the
 * one that is asked for; undefined when the mesh refuses it. Worked out from labels, annotations and policies.
 */
export function portInMesh(store: Objects, from: KubeObject, to: KubeObject, port: number): number | undefined {
  if (inAmbient(store, to)) {
    if (inAmbient(store, from)) return AMBIENT.port;
    return modeOf(store, to) === "STRICT" ? undefined : port;
  }
  if (hasProxy(store, to)) {
    if (hasProxy(store, from)) return SIDECAR.port;
    return to.metadata.annotations?.[SIDECAR.inbound] === SIDECAR.meshedOnly ? undefined : port;
  }
  return port;
}

/** A pod joins by its own label or by its namespace's, where a proxy runs on the nodes. */
function inAmbient(store: Objects, pod: KubeObject): boolean {
  const proxy = store.find("apps/v1", "DaemonSet", AMBIENT.proxy, AMBIENT.namespace);
  if (proxy === undefined || Number(statusOf(proxy)["numberReady"] ?? 0) === 0) return false;
  if (specOf(pod)["hostNetwork"] === true) return false;
  const own = pod.metadata.labels?.[AMBIENT.label];
  const namespace = store.find("v1", "Namespace", pod.metadata.namespace ?? "");
  return (own ?? namespace?.metadata.labels?.[AMBIENT.label]) === AMBIENT.joined;
}

/** The narrowest policy decides: of the workload, of its namespace, of the whole mesh. */
function modeOf(store: Objects, pod: KubeObject): string {
  const policies = store.kind(AMBIENT.policyApi, "PeerAuthentication");
  const selecting = (policy: KubeObject) => specOf(policy)["selector"];
  const of = (namespace: string | undefined) => policies.filter(({ metadata }) => metadata.namespace === namespace);
  const own = of(pod.metadata.namespace);
  const levels = [
    own.filter((one) => selecting(one) !== undefined && selectorMatcher(selecting(one))(pod.metadata.labels ?? {})),
    own.filter((one) => selecting(one) === undefined),
    of(AMBIENT.namespace).filter((one) => selecting(one) === undefined),
  ];
  const modes = levels.flat().map((policy) => String(fieldsOf(specOf(policy)["mtls"])["mode"] ?? "UNSET"));
  return modes.find((mode) => mode !== "UNSET") ?? "PERMISSIVE";
}

/** A pod that Linkerd's injector met, or that asks for it and is met when it is made. */
function hasProxy(store: Objects, pod: KubeObject): boolean {
  if (pod.metadata.labels?.[SIDECAR.injected] !== undefined) return true;
  if (pod.metadata.annotations?.[SIDECAR.inject] !== SIDECAR.joined) return false;
  const injector = store.find("apps/v1", "Deployment", SIDECAR.injector, SIDECAR.namespace);
  return injector !== undefined && Number(statusOf(injector)["availableReplicas"] ?? 0) > 0;
}
