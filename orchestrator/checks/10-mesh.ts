import type { V1DaemonSet, V1Deployment, V1Namespace, V1Node } from "@kubernetes/client-node";
import { AMBIENT, CALLERS, SIDECAR } from "../../infra/mesh/names";
import { deploymentsAvailable } from "./available";
import type { CheckContext, Finding, PhaseCheck } from "./check";
import { nameOf, viewCluster, type ClusterView } from "./cluster-view";
import { each, examine, outside } from "./finding";
import { advise, designOf, sentence } from "./mesh-advice";
import { healthy, joined, joinedTo, manyAtOnce, refusalOf } from "./mesh-joined";
import { heavyProxies, overhead } from "./mesh-overhead";
import { pairSpeaksTls } from "./mesh-probe";
import { notMadeAgain, routesAreRead, withProxies } from "./mesh-proxies";

/** What belongs to a mesh, whoever installed it. */
const PARTS: readonly string[] = [...AMBIENT.agents, ...SIDECAR.agents, "istiod", SIDECAR.injector];

/** Phase 10: the mesh that was chosen runs and encrypts, its namespaces are well; or there is none, by choice. */
export const meshCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    const { mesh } = context.outputs;
    if (mesh.kind === "none") return [await off(context, view)];
    const standing = await Promise.all([
      advice(context, view),
      deploymentsAvailable(
        view,
        "A10.4",
        "the mesh's control plane runs",
        mesh.namespace,
        context.config.highAvailability,
      ),
      outside(context, agentsEverywhere(view, mesh.agents)),
      joined(view, mesh),
      healthy(view, mesh),
      outside(context, overhead(view, mesh)),
      ...(mesh.kind === "linkerd" ? [outside(context, withProxies(context, view)), routesAreRead(view)] : []),
    ]);
    return [...standing, await pairSpeaksTls(context, view)];
  },

  async diagnose(context, findings) {
    const { mesh } = context.outputs;
    if (mesh.kind === "none") return [];
    const view = await viewCluster(context.clients.kubernetes);
    return [...(await manyAtOnce(view, mesh)), ...heavyProxies(findings, mesh), ...notMadeAgain(findings)];
  },

  async admit({ config, clients }) {
    return refusalOf(await viewCluster(clients.kubernetes), config, CALLERS);
  },
};

/** A10.3: nothing to verify but that nothing is there, and what the advisor says of it. */
async function off({ config }: CheckContext, view: ClusterView): Promise<Finding> {
  const finding = await examine(
    { requirement: "A10.3", title: "there is no mesh, as the configuration says" },
    async () => {
      const [sets, deployments, namespaces, design] = await Promise.all([
        view.list<V1DaemonSet>("apps/v1", "DaemonSet"),
        view.list<V1Deployment>("apps/v1", "Deployment"),
        view.list<V1Namespace>("v1", "Namespace"),
        designOf(view, config),
      ]);
      const there = [...sets, ...deployments].filter(({ metadata }) => PARTS.includes(metadata?.name ?? ""));
      const inside = [...joinedTo("istio-ambient", namespaces), ...joinedTo("linkerd", namespaces)];
      const wrong = [
        ...each(there, nameOf, () => "is there although the configuration chooses no mesh"),
        ...each(inside, String, () => "is marked for a mesh that is not there"),
      ];
      return { looked: 1, wrong, detail: `off by configuration; ${sentence(advise(design))}` };
    },
  );
  return finding.verdict === "passed" ? { ...finding, state: "off by configuration" } : finding;
}

/** A10.3, I2.3: said whatever was chosen; the choice stands. */
function advice({ config, outputs }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A10.3", title: "the choice of a mesh was weighed" }, async () => {
    const found = advise(await designOf(view, config));
    const against = found.needed ? "" : "; it stays what the configuration chose";
    return { looked: 1, wrong: [], detail: `${outputs.mesh.kind} is chosen; ${sentence(found)}${against}` };
  });
}

/** A10.4: what leads traffic into the mesh is on every node, or pods there are outside of it. */
function agentsEverywhere(view: ClusterView, agents: readonly string[]): Promise<Finding> {
  return examine({ requirement: "A10.4", title: "the mesh's pods run on every node" }, async () => {
    const [sets, nodes] = await Promise.all([
      view.list<V1DaemonSet>("apps/v1", "DaemonSet"),
      view.list<V1Node>("v1", "Node"),
    ]);
    const wrong = each(agents, String, (name) => {
      const found = sets.find((set) => nameOf(set) === name);
      if (found === undefined) return "does not exist";
      const { desiredNumberScheduled: wanted = 0, numberReady: ready = 0 } = found.status ?? {};
      if (wanted < nodes.length) return `is wanted on ${wanted} of ${nodes.length} nodes`;
      return ready < wanted ? `is ready on ${ready} of ${wanted} nodes` : undefined;
    });
    return { looked: nodes.length, wrong, detail: `${agents.join(", ")} on ${nodes.length} nodes` };
  });
}
