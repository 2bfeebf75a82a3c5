import { expect } from "chai";
import { allows, contains, type Connection, type Peer } from "../../../../orchestrator/sandbox/cluster/network-policy";
import type { KubeObject } from "../../../../orchestrator/sandbox/cluster/object";

const web: Peer = { ip: "10.1.0.1", namespace: "shop", labels: { app: "web" } };
const database: Peer = { ip: "10.1.0.2", namespace: "shop", labels: { app: "db" }, namedPorts: { sql: 5432 } };
const stranger: Peer = { ip: "10.1.0.3", namespace: "other", labels: { app: "web" } };
const outside: Peer = { ip: "203.0.113.9" };
const namespaces = new Map([
  ["shop", { team: "shop" }],
  ["other", { team: "other" }],
]);

const policy = (spec: object, namespace = "shop"): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "policy", namespace },
  spec,
});
const onDatabase = (ingress: readonly object[]) => policy({ podSelector: { matchLabels: { app: "db" } }, ingress });
const through = (policies: readonly KubeObject[], change: Partial<Connection> = {}) =>
  allows({ policies, namespaces }, { from: web, to: database, port: 5432, protocol: "TCP", ...change });

const rows: readonly [string, readonly KubeObject[], Partial<Connection>, boolean][] = [
  ["lets everything through where no policy selects an end", [], {}, true],
  ["ignores a policy of another namespace", [policy({ podSelector: {} }, "other")], {}, true],
  ["denies ingress by a selecting policy without rules", [onDatabase([])], {}, false],
  ["takes an empty rule as everybody, on every port", [onDatabase([{}])], { from: outside, port: 1 }, true],
  ["adds policies up", [onDatabase([]), onDatabase([{}])], {}, true],
  [
    "keeps a pod selector to the policy's own namespace",
    [onDatabase([{ from: [{ podSelector: { matchLabels: { app: "web" } } }] }])],
    { from: stranger },
    false,
  ],
  [
    "takes a namespace selector together with a pod selector as both",
    [onDatabase([{ from: [{ namespaceSelector: { matchLabels: { team: "other" } }, podSelector: {} }] }])],
    { from: stranger },
    true,
  ],
  [
    "takes two peers of a list as either",
    [onDatabase([{ from: [{ namespaceSelector: { matchLabels: { team: "none" } } }, { podSelector: {} }] }])],
    {},
    true,
  ],
  ["finds a named port on the pod that is reached", [onDatabase([{ ports: [{ port: "sql" }] }])], {}, true],
  ["denies a named port the pod does not have", [onDatabase([{ ports: [{ port: "http" }] }])], {}, false],
  ["allows up to endPort", [onDatabase([{ ports: [{ port: 5000, endPort: 5432 }] }])], {}, true],
  ["denies beyond endPort", [onDatabase([{ ports: [{ port: 5000, endPort: 5431 }] }])], {}, false],
  ["means TCP where no protocol is named", [onDatabase([{ ports: [{ port: 5432 }] }])], { protocol: "UDP" }, false],
  ["tells SCTP from TCP", [onDatabase([{ ports: [{ port: 5432, protocol: "SCTP" }] }])], { protocol: "SCTP" }, true],
  [
    "allows an address of the block",
    [onDatabase([{ from: [{ ipBlock: { cidr: "203.0.113.0/24" } }] }])],
    { from: outside },
    true,
  ],
  [
    "denies an address the block excepts",
    [onDatabase([{ from: [{ ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.8/29"] } }] }])],
    { from: outside },
    false,
  ],
  ["leaves egress open for a policy that names only ingress", [policy({ podSelector: {}, ingress: [{}] })], {}, true],
  ["denies egress by policyTypes alone", [policy({ podSelector: {}, policyTypes: ["Egress"] })], {}, false],
  [
    "asks both ends",
    [policy({ podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Egress"], egress: [{}] }), onDatabase([])],
    {},
    false,
  ],
];

describe("NetworkPolicy evaluation", () => {
  for (const [title, policies, change, expected] of rows)
    it(title, () => {
      expect(through(policies, change)).to.equal(expected);
    });

  it("contains an address exactly in the blocks that share its prefix, for every prefix length", () => {
    const address = 0xcb007109;
    const text = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join(".");
    for (let prefix = 1; prefix <= 32; prefix++) {
      const neighbour = (address ^ (2 ** (32 - prefix))) >>> 0;
      expect(contains(`${text(address)}/${prefix}`, text(address)), `own /${prefix}`).to.equal(true);
      expect(contains(`${text(neighbour)}/${prefix}`, text(address)), `neighbour /${prefix}`).to.equal(false);
    }
    expect(contains("0.0.0.0/0", text(address))).to.equal(true);
  });

  it("tells IPv6 blocks by their prefix too, however an address is written, and never mixes the families", () => {
    expect(contains("2001:db8::/32", "2001:db8:ffff::1")).to.equal(true);
    expect(contains("2001:db8::/32", "2001:db9::1")).to.equal(false);
    expect(contains("2001:db8:0:0:8000::/65", "2001:0db8::8000:0:0:1")).to.equal(true);
    expect(contains("2001:db8:0:0:8000::/65", "2001:db8::7fff:0:0:1")).to.equal(false);
    expect(contains("::ffff:10.0.0.0/104", "::ffff:a01:203")).to.equal(true);
    expect(contains("::1", "::1")).to.equal(true);
    expect(contains("::/0", "203.0.113.9")).to.equal(false);
    expect(contains("0.0.0.0/0", "2001:db8::1")).to.equal(false);
  });
});
