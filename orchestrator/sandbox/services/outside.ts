import { allows } from "../cluster/network-policy";
import type { KubeObject } from "../cluster/object";
import type { Objects } from "../cluster/probes";
import { at } from "../kubernetes/object";

/** An address that is nobody's, for the whole outside (RFC 5737). */
const OUTSIDE = "198.51.100.1";

/** Whether NetworkPolicies let a pod out to a TCP port anywhere. */
export function reachesOutside(objects: Objects, pod: KubeObject, port: number): boolean {
  const namespaces = new Map(
    objects.kind("v1", "Namespace").map(({ metadata }) => [metadata.name, metadata.labels ?? {}]),
  );
  const policies = objects.kind("networking.k8s.io/v1", "NetworkPolicy");
  const from = {
    ip: String(at(pod, "status", "podIP") ?? ""),
    namespace: pod.metadata.namespace ?? "",
    labels: pod.metadata.labels ?? {},
  };
  return allows({ policies, namespaces }, { from, to: { ip: OUTSIDE }, port, protocol: "TCP" });
}
