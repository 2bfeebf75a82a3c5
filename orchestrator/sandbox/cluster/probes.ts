import { portInMesh } from "./mesh";
import { allows, type NamedPort, type Peer, type Protocol } from "./network-policy";
import { fieldsOf, listOf, specOf, statusOf, stringsOf, type KubeObject } from "./object";
import { selectorMatcher } from "./selectors";
import type { ClusterStore } from "./store";

/** Names of the files that a driver has put into a pod; its stand-in writes them down here, since there is no disk. */
export const FILES = "rehearsal.slipway.dev/files";
/** The only driver of inline volumes that a rehearsal plays. */
export const SECRETS_DRIVER = "secrets-store.csi.k8s.io";

/** Objects of a cluster as they are now, whoever keeps them. */
export type Objects = Pick<ClusterStore, "kind" | "find">;

/** A pod that tries something names it here: `tcp://HOST:PORT`, `dns://NAME` or `file:///PATH`. */
export const PROBE = "slipway.dev/probe";

/**
 * What a probe pod would find, worked out instead of tried: names and services are looked up, NetworkPolicies decide.
 * The nodes of the embedded cluster run no containers.
 */
export function probe(store: Objects, pod: KubeObject): { reached: boolean; log: string } {
  const target = pod.metadata.annotations?.[PROBE] ?? "";
  const [kind, rest = ""] = target.split("://");
  if (kind === "dns") {
    const found = resolves(store, pod) && serviceOf(store, rest) !== undefined;
    return {
      reached: found,
      log: found
        ? `Name: ${rest}\nAddress: ${String(specOf(serviceOf(store, rest) as KubeObject)["clusterIP"])}\n`
        : `;; connection timed out; no servers could be reached (${rest})\n`,
    };
  }
  if (kind === "file") {
    const reached = reads(store, pod, rest);
    return { reached, log: reached ? "" : `cat: can't open '${rest}': No such file or directory\n` };
  }
  const [host = "", port = ""] = (rest.split("/")[0] ?? "").split(":");
  const reached = reaches(store, pod, host, Number(port));
  return { reached, log: reached ? `${host} (${port}) open\n` : `nc: ${host} (${port}): Connection timed out\n` };
}

function peerOf(pod: KubeObject): Peer {
  const ip = String(statusOf(pod)["podIP"] ?? "");
  // To others it is its node: policies neither select it nor know it by its labels.
  if (specOf(pod)["hostNetwork"] === true) return { ip, namedPorts: namedPortsOf(pod) };
  return {
    ip,
    namespace: pod.metadata.namespace ?? "",
    labels: pod.metadata.labels ?? {},
    namedPorts: namedPortsOf(pod),
  };
}
function namedPortsOf(pod: KubeObject): NamedPort[] {
  // Sidecars among the init containers have ports too.
  return [...listOf(specOf(pod)["containers"]), ...listOf(specOf(pod)["initContainers"])]
    .flatMap((container) => listOf(container["ports"]))
    .filter((port) => port["name"] !== undefined)
    .map((port) => ({
      name: String(port["name"]),
      port: Number(port["containerPort"]),
      protocol: (port["protocol"] ?? "TCP") as Protocol,
    }));
}
function worldOf(store: Objects) {
  return {
    policies: store.kind("networking.k8s.io/v1", "NetworkPolicy"),
    namespaces: new Map(
      store.kind("v1", "Namespace").map((namespace) => [namespace.metadata.name, namespace.metadata.labels ?? {}]),
    ),
  };
}

/** Whether one pod reaches another on a port, as far as NetworkPolicies and a mesh are concerned. */
export function connects(store: Objects, from: KubeObject, to: KubeObject, port: number): boolean {
  const seen = portInMesh(store, from, to, port);
  return (
    seen !== undefined && allows(worldOf(store), { from: peerOf(from), to: peerOf(to), port: seen, protocol: "TCP" })
  );
}

/** Names resolve when the pod reaches a ready DNS server on port 53. */
function resolves(store: Objects, pod: KubeObject): boolean {
  const servers = readyPods(store, "kube-system").filter(
    (server) => server.metadata.labels?.["k8s-app"] === "kube-dns",
  );
  return servers.some((server) =>
    allows(worldOf(store), { from: peerOf(pod), to: peerOf(server), port: 53, protocol: "UDP" }),
  );
}

function reaches(store: Objects, pod: KubeObject, host: string, port: number): boolean {
  // Pods on the node's network share its address, and played nodes that came back may hand one out again.
  const direct = store.kind("v1", "Pod").filter((other) => statusOf(other)["podIP"] === host);
  if (direct.length > 0) return direct.some((other) => listens(other, port) && connects(store, pod, other, port));
  const service =
    serviceOf(store, host) ?? store.kind("v1", "Service").find((one) => specOf(one)["clusterIP"] === host);
  if (service === undefined || (!/^[\d.]+$/.test(host) && !resolves(store, pod))) return false;
  const declared = listOf(specOf(service)["ports"]).find((one) => one["port"] === port);
  if (declared === undefined) return false;
  return backendsOf(store, service).some((backend) => {
    const target =
      typeof declared["targetPort"] === "string"
        ? (namedPortsOf(backend).find(({ name, protocol }) => name === declared["targetPort"] && protocol === "TCP")
            ?.port ?? 0)
        : Number(declared["targetPort"] ?? port);
    return connects(store, pod, backend, target);
  });
}

/** Whether a pod still waits for a driver to put files into it, as kubelet lets it: no container starts before. */
export function waitsForFiles(pod: KubeObject): boolean {
  const mounts = listOf(specOf(pod)["volumes"]).some((volume) => fieldsOf(volume["csi"])["driver"] === SECRETS_DRIVER);
  return mounts && pod.metadata.annotations?.[FILES] === undefined;
}

/**
 * A file is there, and not empty, when the pod's first container mounts a Secret with that key at its folder, or what a
 * driver put there.
 */
function reads(store: Objects, pod: KubeObject, path: string): boolean {
  const mounts = listOf(listOf(specOf(pod)["containers"])[0]?.["volumeMounts"]);
  const mount = mounts.find((one) => path.startsWith(`${String(one["mountPath"])}/`));
  const volume = listOf(specOf(pod)["volumes"]).find((one) => one["name"] === mount?.["name"]);
  if (volume?.["csi"] !== undefined)
    return (pod.metadata.annotations?.[FILES] ?? "")
      .split(",")
      .includes(path.slice(String(mount?.["mountPath"]).length + 1));
  const secret = store.find("v1", "Secret", String(fieldsOf(volume?.["secret"])["secretName"]), pod.metadata.namespace);
  const value = stringsOf(secret?.["data"])[path.slice(String(mount?.["mountPath"]).length + 1)];
  return value !== undefined && value !== "";
}

/** A pod answers on the ports it declares. */
function listens(pod: KubeObject, port: number): boolean {
  return listOf(specOf(pod)["containers"]).some((container) =>
    listOf(container["ports"]).some((declared) => declared["containerPort"] === port),
  );
}
function serviceOf(store: Objects, host: string): KubeObject | undefined {
  const [name = "", namespace = ""] = host.split(".");
  return store.find("v1", "Service", name, namespace);
}
export function backendsOf(store: Objects, service: KubeObject): KubeObject[] {
  const selector = specOf(service)["selector"];
  if (selector === undefined) return [];
  const matches = selectorMatcher({ matchLabels: selector });
  return readyPods(store, service.metadata.namespace).filter((pod) => matches(pod.metadata.labels ?? {}));
}
export function readyPods(store: Objects, namespace?: string): KubeObject[] {
  return store
    .kind("v1", "Pod", namespace)
    .filter(
      (pod) =>
        pod.metadata.deletionTimestamp === undefined &&
        listOf(statusOf(pod)["conditions"]).some(
          (condition) => condition["type"] === "Ready" && condition["status"] === "True",
        ),
    );
}
