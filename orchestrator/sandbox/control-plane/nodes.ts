import type { NodeSpec } from "../cluster/host";
import type { KubeApi } from "../kubernetes/api";
import { at, type KubeObject } from "../kubernetes/object";
import { PLAYED } from "./stages";

/** Node annotation: which group a node came from, as in the embedded cluster. */
const GROUP = "rehearsal.slipway.dev/group";
const MANAGER = "slipway-rehearsal";
const NODE = { apiVersion: "v1", kind: "Node" } as const;

/** The nodes a group contributes: what is not there yet joins, what is no longer named goes with its pods. */
export async function setNodes(
  api: KubeApi,
  group: string,
  nodes: readonly NodeSpec[],
  kubeletVersion: string,
): Promise<void> {
  const { items } = await api.list(NODE.apiVersion, NODE.kind);
  const wanted = new Set(nodes.map(({ name }) => name));
  const gone = items.filter((node) => node.metadata.annotations?.[GROUP] === group && !wanted.has(node.metadata.name));
  const known = new Map(items.map((node) => [node.metadata.name, node]));
  await Promise.all(nodes.map((node) => join(api, group, node, kubeletVersion, known.get(node.name))));
  await leave(
    api,
    gone.map((node) => node.metadata.name),
  );
}

async function join(
  api: KubeApi,
  group: string,
  node: NodeSpec,
  kubeletVersion: string,
  known: KubeObject | undefined,
): Promise<void> {
  const object: KubeObject = {
    ...NODE,
    metadata: { name: node.name, labels: { ...node.labels }, annotations: { ...PLAYED, [GROUP]: group } },
    spec: {
      providerID: node.providerId,
      // The list belongs to several: naming it empty would take away what the cluster says of a node.
      ...(node.taints.length > 0 && { taints: node.taints.map((taint) => ({ ...taint })) }),
    },
  };
  const status = {
    capacity: { ...node.capacity },
    allocatable: { ...node.capacity },
    addresses: [
      { type: "InternalIP", address: node.internalIp },
      { type: "Hostname", address: node.name },
    ],
    nodeInfo: {
      architecture: node.labels["kubernetes.io/arch"] ?? "amd64",
      operatingSystem: "linux",
      kubeletVersion,
      kubeProxyVersion: "",
      containerRuntimeVersion: "kwok",
      kernelVersion: "",
      osImage: "",
      machineID: "",
      systemUUID: "",
      bootID: "",
    },
  };
  // A kubelet registers with what its machine has, so that nothing is ever scheduled onto a node without size.
  if (known === undefined) await api.create({ ...object, status });
  await api.apply(object, { manager: MANAGER, force: true });
  if (known !== undefined) await api.merge({ ...NODE, name: node.name }, { status }, "status");
}

/** With a machine its pods end, without anybody left who could confirm it: they are removed at once. */
async function leave(api: KubeApi, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await Promise.all(names.map((name) => api.delete({ ...NODE, name })));
  const { items } = await api.list("v1", "Pod");
  const lost = items.filter((pod) => names.includes(String(at(pod, "spec", "nodeName"))));
  await Promise.all(
    lost.map(({ metadata: { name, namespace } }) =>
      api.delete({ apiVersion: "v1", kind: "Pod", name, namespace }, "Background", 0),
    ),
  );
}
