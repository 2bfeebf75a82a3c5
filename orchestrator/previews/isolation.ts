import type { KubernetesObject, V1NetworkPolicy, V1Pod } from "@kubernetes/client-node";
import { addressPlan } from "../../infra/config/rules";
import type { ClusterView } from "../checks/cluster-view";
import { allows, type Peer, type Protocol } from "../sandbox/cluster/network-policy";
import type { KubeObject } from "../sandbox/cluster/object";

/** Postgres (C2.4). */
const DATABASE_PORT = 5432;

/** A connection that NetworkPolicies let through and that must not be. */
export interface Breach {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

/**
 * Connections between a preview and the rest of the world that should not be, worked out from the policies that stand
 * in the cluster now: into pods of other namespaces but DNS and the API server, to databases outside, and from other
 * namespaces into its own database (C2.9, E3.6).
 */
export async function breaches(view: ClusterView, namespace: string): Promise<Breach[]> {
  const [policies, namespaces, pods] = await Promise.all([
    view.list<V1NetworkPolicy>("networking.k8s.io/v1", "NetworkPolicy"),
    view.list("v1", "Namespace"),
    view.list<V1Pod>("v1", "Pod"),
  ]);
  const world = {
    // What is listed comes without its kind.
    policies: policies.map((policy) => ({
      ...policy,
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
    })) as unknown as KubeObject[],
    namespaces: new Map(namespaces.map(({ metadata }) => [metadata?.name ?? "", labelsOf({ metadata })])),
  };
  const placed = pods.filter(({ status }) => status?.podIP !== undefined);
  const mine = placed.filter(({ metadata }) => metadata?.namespace === namespace);
  const others = placed.filter(({ metadata }) => metadata?.namespace !== namespace && isGuarded(metadata?.namespace));
  const through = (from: Peer, to: Peer, port: number) => allows(world, { from, to, port, protocol: "TCP" });
  return [
    ...mine.flatMap((pod) => [
      ...others.flatMap((other) =>
        portsOf(other)
          .filter((port) => !isEverybodys(other, port))
          .filter((port) => through(peerOf(pod), peerOf(other), port))
          .map((port) => ({ from: nameOf(pod), to: nameOf(other), port })),
      ),
      ...outside
        .filter(([, ip]) => through(peerOf(pod), { ip }, DATABASE_PORT))
        .map(([to]) => ({ from: nameOf(pod), to, port: DATABASE_PORT })),
    ]),
    ...mine
      .filter((pod) => portsOf(pod).includes(DATABASE_PORT))
      .flatMap((pod) =>
        others
          .filter((other) => through(peerOf(other), peerOf(pod), DATABASE_PORT))
          // What scrapes every pod may open its ports; it holds no login (A4.3).
          .filter(({ metadata }) => metadata?.namespace !== "monitoring")
          .map((other) => ({ from: nameOf(other), to: nameOf(pod), port: DATABASE_PORT })),
      ),
  ];
}

/** Addresses where databases of the stable environments may be: in any network of the plan, or anywhere else. */
const outside: readonly (readonly [string, string])[] = [
  ...Object.entries(addressPlan).map(
    ([name, cidr]) => [`a database in the network of ${name}`, cidr.replace(/\.0\.0\/\d+$/, ".200.9")] as const,
  ),
  ["a database on the Internet", "198.51.100.9"],
];

/** Where every application may send its spans (A9.6). */
const TRACES = { namespace: "opentelemetry", ports: [4317, 4318] };
const isEverybodys = ({ metadata }: V1Pod, port: number) =>
  metadata?.namespace === TRACES.namespace && TRACES.ports.includes(port);

/** DNS and the API server are everybody's. */
const isGuarded = (namespace: string | undefined) => namespace !== "kube-system";

const labelsOf = ({ metadata }: KubernetesObject) => ({
  ...metadata?.labels,
  "kubernetes.io/metadata.name": metadata?.name ?? "",
});
const nameOf = ({ metadata }: V1Pod) => `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
const portsOf = ({ spec }: V1Pod) =>
  (spec?.containers ?? []).flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));

function peerOf({ metadata, spec, status }: V1Pod): Peer {
  const ports = (spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  return {
    ip: status?.podIP ?? "",
    namespace: metadata?.namespace ?? "",
    labels: metadata?.labels ?? {},
    namedPorts: ports.flatMap(({ name, containerPort, protocol = "TCP" }) =>
      name === undefined ? [] : [{ name, port: containerPort, protocol: protocol as Protocol }],
    ),
  };
}
