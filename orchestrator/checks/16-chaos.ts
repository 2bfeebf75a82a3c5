import type { KubernetesObject, V1DaemonSet, V1Namespace } from "@kubernetes/client-node";
import { CONTAINERD_SOCKET } from "../../infra/chaos/experiments";
import { deploymentsAvailable } from "./available";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { isTooEarly, nameOf, viewCluster, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, outside } from "./finding";

const API = "chaos-mesh.org/v1alpha1";
/** A new kind can be listed when the API server has opened its store; a busy server takes seconds (answer 429 until then). */
const STORES_SECONDS = 30;
/** Kinds of Chaos Mesh that bring a fault about by themselves, or later. */
const KINDS = [
  ...["PodChaos", "NetworkChaos", "StressChaos", "IOChaos", "DNSChaos", "TimeChaos", "HTTPChaos", "KernelChaos"],
  ...["JVMChaos", "BlockChaos", "AWSChaos", "PhysicalMachineChaos", "Schedule", "Workflow"],
] as const;
const INJECT = "chaos-mesh.org/inject";
const DAEMON = "chaos-daemon";

interface Fault extends KubernetesObject {
  spec?: { selector?: { namespaces?: string[]; labelSelectors?: Record<string, string> }; mode?: string };
}

/** Phase 16: what can bring faults about is there where it is wanted, nowhere else, and nothing is at large. */
export const chaosCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    const { tool } = context.outputs.chaos;
    return Promise.all([
      ...(tool === "chaos-mesh"
        ? [controllers(context, view), outside(context, daemons(context, view))]
        : [nothingInstalled(view)]),
      marked(context, view),
      nothingAtLarge(context, view),
    ]);
  },

  async diagnose(context) {
    const view = await viewCluster(context.clients.kubernetes);
    return cascade(context, view);
  },
};

/** A16.1: experiments are read. */
function controllers({ outputs, config }: CheckContext, view: ClusterView): Promise<Finding> {
  return deploymentsAvailable(
    view,
    "A16.1",
    "Chaos Mesh reads experiments",
    outputs.chaos.namespace,
    config.highAvailability,
    // Elected: others wait; losing it for a moment delays a drill and nothing else.
    ["chaos-controller-manager"],
  );
}

/** A16.1: the daemons are on every node, and speak to containerd. */
function daemons({ outputs }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A16.1", title: "a daemon on every node reaches its containers" }, async () => {
    const { namespace } = outputs.chaos;
    const found = await view.get<V1DaemonSet>("apps/v1", "DaemonSet", DAEMON, namespace);
    const { desiredNumberScheduled: wanted = 0, numberReady: ready = 0 } = found?.status ?? {};
    const args = found?.spec?.template.spec?.containers[0]?.args?.join(" ") ?? "";
    const wrong = [
      ...(found === undefined ? ["does not exist"] : []),
      ...(ready < wanted ? [`ready on ${ready} of ${wanted} nodes`] : []),
      ...(found !== undefined && (!args.includes("containerd") || !args.includes(CONTAINERD_SOCKET))
        ? [`is told of another runtime than the nodes': ${args}`]
        : []),
    ].map((reason) => ({ subject: `${namespace}/${DAEMON}`, reason }));
    return { looked: wanted + wrong.length, wrong, detail: `ready on ${ready} of ${wanted} nodes` };
  });
}

/** E6.5: where no tool is chosen, none is there. */
function nothingInstalled(view: ClusterView): Promise<Finding> {
  return examine({ requirement: "E6.5", title: "nothing in the cluster can bring a fault about" }, async () => {
    const sets = await view.list<V1DaemonSet>("apps/v1", "DaemonSet");
    const there = sets.filter(({ metadata }) => metadata?.name === DAEMON);
    const wrong = each(there, nameOf, () => "is installed although the configuration chooses no Chaos Mesh");
    return { looked: 1, wrong, detail: "no Chaos Mesh" };
  });
}

/** A16.3: the annotation that lets faults in is on the namespaces of the scope, and on no other. */
function marked({ outputs }: CheckContext, view: ClusterView): Promise<Finding> {
  const { tool, scope } = outputs.chaos;
  const wanted = tool === "chaos-mesh" ? scope : [];
  return examine(
    { requirement: "A16.3", title: "faults are let in where the scope says, and nowhere else" },
    async () => {
      const namespaces = await view.list<V1Namespace>("v1", "Namespace");
      const open = namespaces
        .filter(({ metadata }) => metadata?.annotations?.[INJECT] === "enabled")
        .map(({ metadata }) => metadata?.name ?? "");
      const wrong = [
        ...each(wanted, String, (name) => (open.includes(name) ? undefined : "is in the scope, but not marked")),
        ...each(open, String, (name) => (wanted.includes(name) ? undefined : "is marked, but not in the scope")),
      ];
      return { looked: namespaces.length, wrong, detail: wanted.length === 0 ? "nowhere" : wanted.join(", ") };
    },
  );
}

/** A16.3: no experiment without a scope, or beyond it, waits or runs. */
function nothingAtLarge(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A16.3", title: "no experiment is without a scope or beyond it" }, async () => {
    const faults = await faultsIn(context, view);
    const wrong = each(faults, nameOf, (fault) => trespass(context, fault));
    return { looked: 1, wrong, detail: faults.length === 0 ? "no experiment" : `${faults.length} experiments` };
  });
}

async function faultsIn({ waitUntil }: CheckContext, view: ClusterView): Promise<Fault[]> {
  const { value } = await waitUntil<Fault[] | Error>({
    reason: "the API server opens the stores of new kinds",
    deadlineSeconds: STORES_SECONDS,
    attempt: async () => {
      try {
        return { done: true, value: (await Promise.all(KINDS.map((kind) => view.list<Fault>(API, kind)))).flat() };
      } catch (error) {
        if (!isTooEarly(error)) throw error;
        return { done: false, value: error };
      }
    },
  });
  if (value instanceof Error) throw value;
  return value;
}

/** Why an experiment may hit more than it should; undefined when it may not. */
function trespass({ outputs, config }: CheckContext, { spec, kind }: Fault): string | undefined {
  const { scope } = outputs.chaos;
  if (scope.length === 0) return `hits ${config.environment}, which has no scope for faults`;
  // What it starts is judged when it is there.
  if (kind === "Schedule" || kind === "Workflow") return undefined;
  const { namespaces = [], labelSelectors = {} } = spec?.selector ?? {};
  if (namespaces.length === 0) return "names no namespace";
  const beyond = namespaces.filter((name) => !scope.includes(name));
  if (beyond.length > 0) return `hits ${beyond.join(", ")}, beyond the scope ${scope.join(", ")}`;
  return Object.keys(labelSelectors).length === 0 ? "names no labels" : undefined;
}

/** A16.3: a cascade. */
async function cascade(context: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const faults = (await faultsIn(context, view)).filter((fault) => trespass(context, fault) !== undefined);
  return diagnosis(
    "A16.3",
    "an experiment has no scope, or hits more than its scope: a fault can spread to what nobody meant",
    "delete the experiment, which takes its fault back; write one that names namespaces of slipway:chaos.scope and labels",
    faults.map(nameOf),
  );
}
