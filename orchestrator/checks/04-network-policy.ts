import type {
  V1ConfigMap,
  V1DaemonSet,
  V1NetworkPolicy,
  V1NetworkPolicyEgressRule,
  V1Node,
  V1Pod,
} from "@kubernetes/client-node";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { nameOf, viewCluster, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, traffic } from "./finding";
import { asChosen } from "./cilium";
import { attemptFrom, inProbeNamespace, listen } from "./probe";

const DNS_NAME = "kubernetes.default.svc.cluster.local";
const PROBE_PORT = 8080;
/** Images are pulled, and an operator has to see what it was told. */
const OPERATOR_SECONDS = 300;
/** Agents by which a network plugin or its policy engine is recognised: DaemonSet name → plugin. */
const AGENTS: Readonly<Record<string, string>> = {
  "aws-node": "vpc-cni",
  cilium: "cilium",
  "calico-node": "calico",
  "kube-flannel-ds": "flannel",
  "weave-net": "weave",
};

/** Phase 04: the plugin runs everywhere, every namespace denies by default and still resolves names, and a probe proves it. */
export const networkPolicyCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    const [agents, denied, clean] = await Promise.all([
      agentsEverywhere(context, view),
      deniedByDefault(context, view),
      nothingInDefault(view),
    ]);
    const chosen = context.outputs.networkPolicy.cilium;
    return [
      agents,
      ...(chosen === undefined ? [] : [await asChosen(view, chosen, context.config.mesh.kind !== "none")]),
      denied,
      clean,
      await traffic(context, enforced(context, view)),
    ];
  },

  async diagnose(context) {
    const view = await viewCluster(context.clients.kubernetes);
    return [...(await twoPlugins(context, view)), ...(await denyBreaksDns(context, view))];
  },
};

function agentsEverywhere(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A4.5", title: "the network plugin's pod runs on every node" }, async () => {
    const { daemonSet, plugin } = context.outputs.networkPolicy;
    const [namespace = "", name = ""] = daemonSet.split("/");
    const look = () =>
      Promise.all([
        view.get<V1DaemonSet>("apps/v1", "DaemonSet", name, namespace),
        view.list<V1Node>("v1", "Node"),
      ] as const);
    // Calico's agents are its operator's: they come after the chart that was waited for.
    const [agent, nodes] =
      plugin !== "calico"
        ? await look()
        : (
            await context.waitUntil({
              reason: "Calico's agent on every node",
              deadlineSeconds: OPERATOR_SECONDS,
              attempt: async () => {
                const value = await look();
                return { done: (value[0]?.status?.numberReady ?? 0) >= value[1].length, value };
              },
            })
          ).value;
    const ready = agent?.status?.numberReady ?? 0;
    const wrong =
      ready >= nodes.length && agent !== undefined
        ? []
        : [
            {
              subject: `${namespace}/${name}`,
              reason: agent === undefined ? "does not exist" : `ready on ${ready} of ${nodes.length} nodes`,
            },
          ];
    return { looked: nodes.length, wrong, detail: `${namespace}/${name} on ${nodes.length} nodes` };
  });
}

function deniedByDefault(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(
    { requirement: "A4.2", title: "every namespace of the platform denies both directions by default and allows DNS" },
    async () => {
      const namespaces = context.outputs.networkPolicy.namespaces;
      const policies = await view.list<V1NetworkPolicy>("networking.k8s.io/v1", "NetworkPolicy");
      const wrong = each(namespaces, String, (namespace) => {
        const mine = policies.filter((policy) => policy.metadata?.namespace === namespace);
        if (!mine.some(deniesBoth)) return "has no default deny in both directions";
        return mine.some(allowsDns) ? undefined : "has no DNS allow";
      });
      return { looked: namespaces.length, wrong, detail: namespaces.join(", ") };
    },
  );
}

function deniesBoth({ spec }: V1NetworkPolicy): boolean {
  const all =
    Object.keys(spec?.podSelector?.matchLabels ?? {}).length === 0 &&
    (spec?.podSelector?.matchExpressions ?? []).length === 0;
  const both = spec?.policyTypes?.includes("Ingress") === true && spec.policyTypes.includes("Egress");
  return all && both && (spec.ingress ?? []).length === 0 && (spec.egress ?? []).length === 0;
}

function allowsDns({ spec }: V1NetworkPolicy): boolean {
  // In a rule, absent ports mean all ports.
  const opens = (rule: V1NetworkPolicyEgressRule) =>
    rule.ports === undefined || rule.ports.some((port) => Number(port.port) === 53);
  return spec?.egress?.some(opens) ?? false;
}

function nothingInDefault(view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A4.2", title: "nothing is deployed into the default namespace" }, async () => {
    const pods = await view.list<V1Pod>("v1", "Pod", "default");
    return {
      looked: 1,
      wrong: pods.map((pod) => ({ subject: nameOf(pod), reason: "runs in default" })),
      detail: "default is empty",
    };
  });
}

/** A4.5: blocked first, through after its allow rule. Each step uses a pod of its own, since policies load per pod. */
function enforced(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(
    { requirement: "A4.5", title: "traffic between two pods is blocked, then passes after its allow rule" },
    () =>
      inProbeNamespace(view, context.waitUntil, async (namespace) => {
        const { waitUntil } = context;
        await view.create<V1NetworkPolicy>(deny(namespace));
        const host = await listen(view, waitUntil, namespace, "server", { app: "server" }, PROBE_PORT);
        const target = { kind: "tcp", host, port: PROBE_PORT } as const;
        const before = await attemptFrom(view, waitUntil, namespace, "before", { app: "client" }, target);
        await view.create<V1NetworkPolicy>(allow(namespace));
        const after = await attemptFrom(view, waitUntil, namespace, "after", { app: "client" }, target);
        const wrong = [
          ...(before
            ? [{ subject: namespace, reason: "traffic passed although it is denied: policies are not enforced" }]
            : []),
          ...(after ? [] : [{ subject: namespace, reason: "traffic stayed blocked although a rule allows it" }]),
        ];
        return { looked: 2, wrong, detail: "blocked, then passed" };
      }),
  );
}

function deny(namespace: string): V1NetworkPolicy {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "deny", namespace },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  };
}

function allow(namespace: string): V1NetworkPolicy {
  const [client, server] = [{ matchLabels: { app: "client" } }, { matchLabels: { app: "server" } }];
  const ports = [{ protocol: "TCP", port: PROBE_PORT }];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "allow", namespace },
    spec: {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ _from: [{ podSelector: client }], ports }],
      egress: [{ to: [{ podSelector: server }], ports }],
    },
  };
}

/** A4.6: two plugins. */
async function twoPlugins(context: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const chosen = context.outputs.networkPolicy.plugin;
  const agents = (await view.list<V1DaemonSet>("apps/v1", "DaemonSet")).filter(
    (set) => set.metadata?.name !== undefined && set.metadata.name in AGENTS,
  );
  const others = agents.filter((set) => !chosen.startsWith(AGENTS[String(set.metadata?.name)] ?? ""));
  const chaining = chosen === "cilium-chaining" || chosen === "calico";
  const strangers = others.filter((set) => !(chaining && set.metadata?.name === "aws-node"));
  const settings = await view.get<V1ConfigMap>("v1", "ConfigMap", "amazon-vpc-cni", "kube-system");
  const vpcEngine = chaining && settings?.data?.["enable-network-policy-controller"] === "true";
  return [
    ...diagnosis(
      "A4.6",
      `a second network plugin runs beside ${chosen}: pods get addresses from either`,
      `remove the other plugin, or set networkPolicy.plugin to the one that stays`,
      strangers.map(nameOf),
    ),
    ...diagnosis(
      "A4.6",
      `two policy engines are on: the VPC CNI's and that of ${chosen}`,
      "turn the VPC CNI's network policy off (enableNetworkPolicy: false) while another engine enforces",
      vpcEngine ? ["kube-system/amazon-vpc-cni"] : [],
    ),
  ];
}

/** A4.7: deny breaks DNS. A lookup from a pod that is treated as the namespace treats its own. */
async function denyBreaksDns(context: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const policies = await view.list<V1NetworkPolicy>("networking.k8s.io/v1", "NetworkPolicy");
  const silent = context.outputs.networkPolicy.namespaces.filter((namespace) => {
    const mine = policies.filter((policy) => policy.metadata?.namespace === namespace);
    return mine.some(deniesBoth) && !mine.some(allowsDns);
  });
  if (silent.length === 0) return [];
  const resolves = await inProbeNamespace(view, context.waitUntil, async (namespace) => {
    await view.create<V1NetworkPolicy>(deny(namespace));
    return attemptFrom(
      view,
      context.waitUntil,
      namespace,
      "lookup",
      { app: "client" },
      { kind: "dns", name: DNS_NAME },
    );
  });
  const how = context.clients.proof.aws === "real cloud" ? "tried" : "computed";
  const proof = resolves
    ? `policies are not enforced yet, so it has not hurt so far (${how})`
    : `a lookup of ${DNS_NAME} under the same policies fails (${how})`;
  return diagnosis(
    "A4.7",
    `egress is denied and DNS is not allowed, so no pod there resolves a name; ${proof}`,
    "add the baseline allow for DNS: egress to kube-dns pods on port 53, UDP and TCP",
    silent,
  );
}
