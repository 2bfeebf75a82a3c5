import { isIP } from "node:net";
import { fieldsOf, listOf, specOf, type Fields, type KubeObject } from "./object";
import { selectorMatcher } from "./selectors";

export type Protocol = "TCP" | "UDP" | "SCTP";

/** One end of a connection: a pod, or an address outside. A pod on its node's network counts as the node's address. */
export interface Peer {
  readonly ip: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Named container ports of the pod; one name may stand for a port of each protocol. */
  readonly namedPorts?: readonly NamedPort[];
}
export interface NamedPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: Protocol;
}
export interface Connection {
  readonly from: Peer;
  readonly to: Peer;
  readonly port: number;
  readonly protocol: Protocol;
}
export interface PolicyWorld {
  readonly policies: readonly KubeObject[];
  /** Namespace name → labels. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/**
 * Whether NetworkPolicies let a connection through: both ends have to agree. Policies are additive, a pod that no
 * policy of a direction selects is open in it (https://kubernetes.io/docs/concepts/services-networking/network-policies/).
 */
export function allows(world: PolicyWorld, connection: Connection): boolean {
  // "A Pod cannot block access to itself."
  if (samePod(connection.from, connection.to)) return true;
  return side(world, connection, connection.from, "Egress") && side(world, connection, connection.to, "Ingress");
}

function samePod(one: Peer, other: Peer): boolean {
  return one.namespace !== undefined && one.namespace === other.namespace && one.ip !== "" && one.ip === other.ip;
}

function side(world: PolicyWorld, connection: Connection, pod: Peer, direction: "Ingress" | "Egress"): boolean {
  if (pod.namespace === undefined) return true;
  const selecting = world.policies.filter(
    (policy) =>
      policy.metadata.namespace === pod.namespace &&
      selectorMatcher(specOf(policy)["podSelector"] ?? {})(pod.labels ?? {}) &&
      directions(policy).includes(direction),
  );
  if (selecting.length === 0) return true;
  const other = direction === "Ingress" ? connection.from : connection.to;
  return selecting.some((policy) =>
    listOf(specOf(policy)[direction.toLowerCase()]).some(
      (rule) =>
        peerAllowed(world, policy, rule[direction === "Ingress" ? "from" : "to"], other) &&
        portAllowed(rule["ports"], connection),
    ),
  );
}

/** Left out, `policyTypes` means ingress, and egress too when there are egress rules. */
function directions(policy: KubeObject): string[] {
  const { policyTypes, egress } = specOf(policy);
  return policyTypes === undefined
    ? ["Ingress", ...(listOf(egress).length === 0 ? [] : ["Egress"])]
    : listOf<string>(policyTypes);
}

/** Absent or empty `from` and `to` mean everybody. */
function peerAllowed(world: PolicyWorld, policy: KubeObject, peers: unknown, other: Peer): boolean {
  const list = listOf(peers);
  return list.length === 0 || list.some((peer) => matchesPeer(world, policy, peer, other));
}
function matchesPeer(world: PolicyWorld, policy: KubeObject, peer: Fields, other: Peer): boolean {
  if (peer["ipBlock"] !== undefined) {
    const { cidr, except } = fieldsOf(peer["ipBlock"]);
    return contains(String(cidr), other.ip) && !listOf<string>(except).some((excluded) => contains(excluded, other.ip));
  }
  if (other.namespace === undefined) return false;
  const namespaceFits =
    peer["namespaceSelector"] === undefined
      ? other.namespace === policy.metadata.namespace
      : selectorMatcher(peer["namespaceSelector"])(world.namespaces.get(other.namespace) ?? {});
  return (
    namespaceFits && (peer["podSelector"] === undefined || selectorMatcher(peer["podSelector"])(other.labels ?? {}))
  );
}

/** Absent or empty `ports` mean every port. */
function portAllowed(ports: unknown, { port, protocol, to }: Connection): boolean {
  const list = listOf(ports);
  return (
    list.length === 0 ||
    list.some((allowed) => {
      if ((allowed["protocol"] ?? "TCP") !== protocol) return false;
      if (allowed["port"] === undefined) return true;
      // A name is looked up on the pod that is reached: an address outside has none.
      if (typeof allowed["port"] === "string")
        return (to.namedPorts ?? []).some(
          (one) => one.name === allowed["port"] && one.protocol === protocol && one.port === port,
        );
      const first = Number(allowed["port"]);
      const last = allowed["endPort"] === undefined ? first : Number(allowed["endPort"]);
      return port >= first && port <= last;
    })
  );
}

/** Whether a block of addresses holds one; a family never holds the other's. */
export function contains(cidr: string, ip: string): boolean {
  const [network = "", prefix] = cidr.split("/");
  if (isIP(network) === 0 || isIP(network) !== isIP(ip)) return false;
  const bits = isIP(ip) === 4 ? 32 : 128;
  const rest = BigInt(bits - Number(prefix ?? bits));
  return numberOf(network) >> rest === numberOf(ip) >> rest;
}
function numberOf(ip: string): bigint {
  if (isIP(ip) === 4) return ip.split(".").reduce((sum, octet) => (sum << 8n) + BigInt(octet), 0n);
  // The last 32 bits may be written as IPv4.
  const plain = ip.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...octets: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = "", tail] = plain.split("::");
  const groups = (text: string | undefined) => (text ? text.split(":") : []);
  const zeros = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  return [...groups(head), ...Array<string>(zeros).fill("0"), ...groups(tail)].reduce(
    (sum, group) => (sum << 16n) + BigInt(`0x${group}`),
    0n,
  );
}
