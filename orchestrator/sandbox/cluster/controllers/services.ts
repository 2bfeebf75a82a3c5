import { listOf, specOf, statusOf, type KubeObject } from "../object";
import { backendsOf } from "../probes";
import { reference, type ClusterHands } from "./hands";

/** A port by number: a name is that of a container's port in the pods behind. */
function numbered(port: unknown, backends: readonly KubeObject[]): unknown {
  if (typeof port !== "string") return port;
  const named = backends
    .flatMap((pod) => listOf(specOf(pod)["containers"]))
    .flatMap((container) => listOf(container["ports"]))
    .find(({ name }) => name === port);
  return named?.["containerPort"] ?? port;
}

export function endpoints(cluster: ClusterHands, service: KubeObject): void {
  if (specOf(service)["selector"] === undefined) return;
  const backends = backendsOf(cluster.store, service);
  const name = `${service.metadata.name}-slice`;
  const ports = listOf(specOf(service)["ports"]).map((port) => ({
    name: port["name"] ?? "",
    port: numbered(port["targetPort"], backends),
    protocol: port["protocol"] ?? "TCP",
  }));
  const slice: KubeObject = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name,
      namespace: service.metadata.namespace ?? "",
      labels: { "kubernetes.io/service-name": service.metadata.name },
      ownerReferences: [reference(service)],
    },
    addressType: "IPv4",
    ports,
    endpoints: backends.map((pod) => ({
      addresses: [statusOf(pod)["podIP"]],
      conditions: { ready: true, serving: true },
      targetRef: { kind: "Pod", name: pod.metadata.name, namespace: pod.metadata.namespace },
    })),
  };
  cluster.store.put(cluster.resource("discovery.k8s.io/v1", "EndpointSlice"), slice);
  const subsets =
    backends.length === 0 ? [] : [{ addresses: backends.map((pod) => ({ ip: statusOf(pod)["podIP"] })), ports }];
  cluster.store.put(cluster.resource("v1", "Endpoints"), {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: {
      name: service.metadata.name,
      namespace: service.metadata.namespace ?? "",
      ownerReferences: [reference(service)],
    },
    subsets,
  });
}
