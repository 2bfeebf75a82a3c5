import { expect } from "chai";
import fc from "fast-check";
import { allows, contains, type Connection, type Peer } from "../../../../orchestrator/sandbox/cluster/network-policy";
import type { KubeObject } from "../../../../orchestrator/sandbox/cluster/object";

const web: Peer = { ip: "10.1.0.1", namespace: "shop", labels: { app: "web" } };
const database: Peer = {
  ip: "10.1.0.2",
  namespace: "shop",
  labels: { app: "db" },
  namedPorts: [{ name: "sql", port: 5432, protocol: "TCP" }],
};
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
  [
    "denies a named port of another protocol",
    [onDatabase([{ ports: [{ port: "sql", protocol: "UDP" }] }])],
    { protocol: "UDP" },
    false,
  ],
  [
    "never keeps a pod from itself",
    [policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })],
    { from: database },
    true,
  ],
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

/**
 * The same question answered another way: every policy is spelled out as the set of connections that it lets through,
 * over a universe small enough to be listed, and the answer is looked up. Shares no code with what it judges.
 */
const model = {
  pods: ["a", "b"].flatMap((namespace) =>
    [{}, { app: "x" }, { app: "y", tier: "z" }].map((labels, i) => ({
      ip: `10.0.${namespace === "a" ? 0 : 1}.${i + 1}`,
      namespace,
      labels: labels as Record<string, string>,
      namedPorts:
        i === 0 ? [] : [{ name: "web", port: 80 + i, protocol: i === 1 ? ("TCP" as const) : ("SCTP" as const) }],
    })),
  ),
  strangers: [{ ip: "10.0.0.9" }, { ip: "192.0.2.7" }],
  ports: [79, 80, 81, 82, 83],
  protocols: ["TCP", "UDP", "SCTP"] as const,
  namespaces: new Map<string, Record<string, string>>([
    ["a", { team: "x" }],
    ["b", {}],
  ]),

  labelsFit(selector: Record<string, unknown>, labels: Record<string, string>): boolean {
    for (const [key, value] of Object.entries((selector["matchLabels"] ?? {}) as Record<string, string>))
      if (labels[key] !== value) return false;
    for (const one of (selector["matchExpressions"] ?? []) as { key: string; operator: string; values?: string[] }[]) {
      const has = Object.keys(labels).includes(one.key);
      const among = has && (one.values ?? []).indexOf(labels[one.key] as string) >= 0;
      switch (one.operator) {
        case "In":
          if (!among) return false;
          break;
        case "NotIn":
          if (among) return false;
          break;
        case "Exists":
          if (!has) return false;
          break;
        default:
          if (has) return false;
      }
    }
    return true;
  },
  bits: (ip: string) =>
    ip
      .split(".")
      .map((octet) => Number(octet).toString(2).padStart(8, "0"))
      .join(""),
  inBlock(block: string, ip: string): boolean {
    const [network = "", prefix = "32"] = block.split("/");
    return model.bits(ip).startsWith(model.bits(network).slice(0, Number(prefix)));
  },
  /** Peers a rule names, as a list of their places in `everybody`. */
  peersOf(rule: Rule["from"], home: string, everybody: readonly Peer[]): Set<Peer> {
    if (rule === undefined || rule.length === 0) return new Set(everybody);
    const named = new Set<Peer>();
    for (const peer of rule)
      for (const one of everybody) {
        if (peer.ipBlock) {
          const excepted = (peer.ipBlock.except ?? []).some((block) => model.inBlock(block, one.ip));
          if (model.inBlock(peer.ipBlock.cidr, one.ip) && !excepted) named.add(one);
        } else if (one.namespace !== undefined) {
          const there = peer.namespaceSelector
            ? model.labelsFit(peer.namespaceSelector, model.namespaces.get(one.namespace) ?? {})
            : one.namespace === home;
          if (there && (!peer.podSelector || model.labelsFit(peer.podSelector, { ...one.labels }))) named.add(one);
        }
      }
    return named;
  },
  /** `protocol/port` a rule opens on a pod. */
  portsOf(rule: Rule["ports"], server: Peer): Set<string> {
    const open = new Set<string>();
    for (const protocol of model.protocols)
      for (const port of model.ports)
        if (rule === undefined || rule.length === 0) open.add(`${protocol}/${port}`);
        else
          for (const one of rule) {
            if ((one.protocol ?? "TCP") !== protocol) continue;
            if (one.port === undefined) open.add(`${protocol}/${port}`);
            else if (typeof one.port === "string") {
              const found = server.namedPorts?.find(({ name, protocol: its }) => name === one.port && its === protocol);
              if (found?.port === port) open.add(`${protocol}/${port}`);
            } else if (port >= one.port && port <= (one.endPort ?? one.port)) open.add(`${protocol}/${port}`);
          }
    return open;
  },
  allows(policies: readonly Policy[], from: Peer, to: Peer, port: number, protocol: string): boolean {
    if (from === to) return true;
    const everybody = [...model.pods, ...model.strangers] as Peer[];
    const ends = [
      ["Egress", from, to],
      ["Ingress", to, from],
    ] as const;
    return ends.every(([direction, mine, other]) => {
      if (mine.namespace === undefined) return true;
      const about = policies.filter(({ namespace, spec }) => {
        const types = spec.policyTypes ?? (spec.egress && spec.egress.length > 0 ? ["Ingress", "Egress"] : ["Ingress"]);
        return (
          namespace === mine.namespace &&
          types.includes(direction) &&
          model.labelsFit(spec.podSelector, { ...mine.labels })
        );
      });
      if (about.length === 0) return true;
      return about.some(({ namespace, spec }) =>
        ((direction === "Ingress" ? spec.ingress : spec.egress) ?? []).some(
          (rule) =>
            model.peersOf(direction === "Ingress" ? rule.from : rule.to, namespace, everybody).has(other) &&
            model.portsOf(rule.ports, to).has(`${protocol}/${port}`),
        ),
      );
    });
  },
};

interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
  [key: string]: unknown;
}
interface RulePeer {
  ipBlock?: { cidr: string; except?: string[] };
  namespaceSelector?: Selector;
  podSelector?: Selector;
}
interface Rule {
  from?: RulePeer[];
  to?: RulePeer[];
  ports?: { protocol?: string; port?: number | string; endPort?: number }[];
}
interface Policy {
  namespace: string;
  spec: { podSelector: Selector; policyTypes?: string[]; ingress?: Rule[]; egress?: Rule[] };
}

const few = <T>(one: fc.Arbitrary<T>, most = 2) => fc.array(one, { maxLength: most });
const maybe = <T extends object>(parts: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> =>
  fc.record(parts, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
const expression = fc.oneof(
  fc.record({
    key: fc.constantFrom("app", "tier", "team", "none"),
    operator: fc.constantFrom("In", "NotIn"),
    values: fc.subarray(["x", "y", "z"], { minLength: 1 }),
  }),
  fc.record({
    key: fc.constantFrom("app", "tier", "team", "none"),
    operator: fc.constantFrom("Exists", "DoesNotExist"),
  }),
);
const selector = maybe<Selector>({
  matchLabels: fc.constantFrom<Record<string, string>[]>(
    {},
    { app: "x" },
    { app: "y" },
    { app: "y", tier: "z" },
    { team: "x" },
  ),
  matchExpressions: few(expression),
}) as fc.Arbitrary<Selector>;
const block = fc.constantFrom("0.0.0.0/0", "10.0.0.0/23", "10.0.0.0/24", "10.0.1.0/30", "10.0.0.8/29", "192.0.2.7/32");
const rulePeer: fc.Arbitrary<RulePeer> = fc.oneof(
  fc.record({ ipBlock: fc.record({ cidr: block, except: few(block) }, { requiredKeys: ["cidr"] }) }),
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector: selector }),
  fc.record({ namespaceSelector: selector, podSelector: selector }),
);
const rulePort = fc.oneof(
  maybe<{ protocol: string }>({ protocol: fc.constantFrom("TCP", "UDP", "SCTP") }),
  fc.record(
    { protocol: fc.constantFrom("TCP", "UDP", "SCTP"), port: fc.constantFrom(80, 81, 82, "web", "none") },
    { requiredKeys: ["port"] },
  ),
  fc.record({
    protocol: fc.constantFrom("TCP", "SCTP"),
    port: fc.constantFrom(79, 80),
    endPort: fc.constantFrom(81, 82),
  }),
);
const rule = (peers: "from" | "to") =>
  maybe<Rule>({ [peers]: few(rulePeer), ports: few(rulePort) } as never) as fc.Arbitrary<Rule>;
const drawn: fc.Arbitrary<Policy> = fc.record({
  namespace: fc.constantFrom("a", "b"),
  spec: fc.record(
    {
      podSelector: selector,
      policyTypes: fc.subarray(["Ingress", "Egress"], { minLength: 1 }),
      ingress: few(rule("from")),
      egress: few(rule("to")),
    },
    { requiredKeys: ["podSelector"] },
  ) as fc.Arbitrary<Policy["spec"]>,
});

describe("NetworkPolicy evaluation beside a model that lists every connection", () => {
  it("agrees on every connection of every drawn set of policies", function () {
    this.timeout(60_000);
    let open = 0;
    let closed = 0;
    fc.assert(
      fc.property(fc.array(drawn, { minLength: 1, maxLength: 4 }), (policies) => {
        const world = {
          policies: policies.map(({ spec, namespace }) => policy(spec, namespace)),
          namespaces: model.namespaces,
        };
        const everybody: Peer[] = [...model.pods, ...model.strangers];
        for (const from of everybody)
          for (const to of everybody)
            for (const port of [80, 81, 82])
              for (const protocol of model.protocols) {
                const expected = model.allows(policies, from, to, port, protocol);
                if (expected) open += 1;
                else closed += 1;
                const given = allows(world, { from, to, port, protocol });
                if (given !== expected)
                  throw new Error(
                    `${from.ip} to ${to.ip} ${protocol} ${port}: ${String(given)}, expected ${String(expected)}`,
                  );
              }
      }),
      { numRuns: 150, seed: 20261121 },
    );
    expect(open, "connections that pass").to.be.greaterThan(10_000);
    expect(closed, "connections that are kept off").to.be.greaterThan(10_000);
  });
});
