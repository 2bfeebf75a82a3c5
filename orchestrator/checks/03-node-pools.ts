import type { KubernetesObject, V1Deployment, V1Node, V1PodDisruptionBudget } from "@kubernetes/client-node";
import type { NodePoolOutput } from "../../infra/outputs";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { condition, nameOf, viewCluster, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, outside, type Offence } from "./finding";

/** The label that tells pools apart (A3.1). */
const ROLE = "node-role";
/** Taints that Kubernetes and the cloud put on a node in passing; no pool declares them. */
const PASSING_TAINTS = /^(node\.kubernetes\.io|node\.cloudprovider\.kubernetes\.io|karpenter\.sh)\//;
/** Base nodes of a managed group join within minutes. */
const JOIN_SECONDS = 600;
/** A NodePool is judged with its node class, which needs a few calls to EC2. */
const POOL_SECONDS = 60;

interface NodePool extends KubernetesObject {
  spec?: {
    template?: {
      metadata?: { labels?: Record<string, string> };
      spec?: { taints?: { key: string; value?: string; effect: string }[] };
    };
  };
}

/** Phase 03: nodes carry exactly the labels and taints the typed set declares, and Karpenter knows the same set. */
export const nodePoolsCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    return Promise.all([
      baseNodes(context, view),
      nodeMarks(context, view),
      outside(context, karpenterPools(context, view)),
      outside(context, interruption(context)),
    ]);
  },

  async diagnose(context) {
    const view = await viewCluster(context.clients.kubernetes);
    return [...(await gpuWithoutDevices(view)), ...(await fragileOnSpot(context, view))];
  },
};

function baseNodes(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(
    { requirement: "A3.1", title: "each pool has at least its base nodes, spread over the zones" },
    async () => {
      const based = context.outputs.nodePools.pools.filter((pool) => pool.minimum > 0);
      const settled = await context.waitUntil({
        reason: "base nodes to join",
        deadlineSeconds: JOIN_SECONDS,
        attempt: async () => {
          const nodes = await view.list<V1Node>("v1", "Node");
          const wrong = each(
            based,
            (pool) => pool.name,
            (pool) => missingBase(pool, nodes, context.outputs.network.zones),
          );
          return { done: wrong.length === 0, value: wrong };
        },
      });
      const detail = based.map((pool) => `${pool.name} ${pool.minimum}`).join(", ");
      return { looked: based.length, wrong: settled.value, detail: `base nodes: ${detail}` };
    },
  );
}

function missingBase(pool: NodePoolOutput, nodes: readonly V1Node[], zones: readonly string[]): string | undefined {
  const mine = nodes.filter((node) => node.metadata?.labels?.[ROLE] === pool.name);
  if (mine.length < pool.minimum) return `${mine.length} nodes, ${pool.minimum} declared`;
  const covered = new Set(mine.map((node) => node.metadata?.labels?.["topology.kubernetes.io/zone"]));
  const bare = zones.filter((zone) => !covered.has(zone));
  return pool.minimum >= zones.length && bare.length > 0 ? `no node in ${bare.join(", ")}` : undefined;
}

function nodeMarks(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A3.4", title: "labels and taints of each node equal the typed set" }, async () => {
    const pools = new Map(context.outputs.nodePools.pools.map((pool) => [pool.name, pool]));
    const nodes = (await view.list<V1Node>("v1", "Node")).filter((node) =>
      pools.has(node.metadata?.labels?.[ROLE] ?? ""),
    );
    const wrong = each(nodes, nameOf, (node) => {
      const pool = pools.get(node.metadata?.labels?.[ROLE] ?? "");
      return pool === undefined ? undefined : differs(pool, node.metadata?.labels ?? {}, node.spec?.taints ?? []);
    });
    return { looked: nodes.length, wrong, detail: `${nodes.length} nodes match` };
  });
}

function karpenterPools(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(
    { requirement: "A3.2", title: "Karpenter's pools are ready and carry the same labels and taints" },
    async () => {
      const declared = context.outputs.nodePools.pools;
      // Karpenter looks at a pool only once it runs itself.
      const settled = await context.waitUntil({
        reason: "Karpenter to accept its pools",
        deadlineSeconds: POOL_SECONDS,
        attempt: async () => {
          const pools = await view.list<NodePool>("karpenter.sh/v1", "NodePool");
          const found = new Map(pools.map((pool) => [pool.metadata?.name, pool]));
          const wrong = each(
            declared,
            (pool) => pool.name,
            (pool) => poolTrouble(pool, found.get(pool.name)),
          );
          // A wrong label stays wrong; only readiness comes with time.
          return { done: wrong.every(({ reason }) => !reason.startsWith("is not Ready")), value: wrong };
        },
      });
      return { looked: declared.length, wrong: settled.value, detail: declared.map((pool) => pool.name).join(", ") };
    },
  );
}

function poolTrouble(pool: NodePoolOutput, real: NodePool | undefined): string | undefined {
  if (real === undefined) return "has no NodePool";
  const ready = condition(real, "Ready");
  if (ready?.status !== "True") return `is not Ready: ${ready?.message ?? ready?.reason ?? "no Ready condition"}`;
  const template = real.spec?.template;
  return differs(pool, template?.metadata?.labels ?? {}, template?.spec?.taints ?? []);
}

/** What of the typed set is missing or extra; undefined when nothing. */
function differs(
  pool: NodePoolOutput,
  labels: Readonly<Record<string, string>>,
  taints: readonly { key: string; value?: string; effect: string }[],
): string | undefined {
  const label = Object.entries(pool.labels).find(([key, value]) => labels[key] !== value);
  if (label !== undefined) return `label ${label[0]} is ${labels[label[0]] ?? "missing"}, declared ${label[1]}`;
  const write = (taint: { key: string; value?: string; effect: string }) =>
    `${taint.key}=${taint.value ?? ""}:${taint.effect}`;
  const real = new Set(taints.filter((taint) => !PASSING_TAINTS.test(taint.key)).map(write));
  const planned = new Set(pool.taints.map(write));
  const missing = [...planned].filter((taint) => !real.has(taint));
  const extra = [...real].filter((taint) => !planned.has(taint));
  if (missing.length + extra.length === 0) return undefined;
  return [
    missing.length > 0 ? `lacks taint ${missing.join(", ")}` : "",
    extra.length > 0 ? `has undeclared taint ${extra.join(", ")}` : "",
  ]
    .filter(Boolean)
    .join("; ");
}

function interruption(context: CheckContext): Promise<Finding> {
  return examine({ requirement: "A3.6", title: "spot interruptions reach Karpenter through a queue" }, () => {
    const queue = context.outputs.nodePools.interruptionQueue;
    const wrong: Offence[] = queue === "" ? [{ subject: "karpenter", reason: "no interruption queue" }] : [];
    return Promise.resolve({ looked: 1, wrong, detail: queue });
  });
}

/** A3.5: GPU pods stuck. */
async function gpuWithoutDevices(view: ClusterView): Promise<Diagnosis[]> {
  const nodes = (await view.list<V1Node>("v1", "Node")).filter((node) => node.metadata?.labels?.[ROLE] === "gpu");
  const blind = nodes.filter((node) => Number(node.status?.allocatable?.["nvidia.com/gpu"] ?? 0) === 0);
  return diagnosis(
    "A3.5",
    "GPU pods stay pending: these gpu nodes offer no nvidia.com/gpu",
    "run the NVIDIA device plugin on the gpu pool (AL2023 NVIDIA image; on Bottlerocket NVIDIA it is built in and must stay off)",
    blind.map(nameOf),
  );
}

/** A3.6: spot node taken away. */
async function fragileOnSpot(context: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const [deployments, budgets] = await Promise.all([
    view.list<V1Deployment>("apps/v1", "Deployment"),
    view.list<V1PodDisruptionBudget>("policy/v1", "PodDisruptionBudget"),
  ]);
  const onSpot = deployments.filter((deployment) => deployment.spec?.template.spec?.nodeSelector?.[ROLE] === "spot");
  const single = onSpot.filter((deployment) => (deployment.spec?.replicas ?? 1) < 2).map(nameOf);
  const unguarded = onSpot.filter((deployment) => !budgets.some((budget) => guards(budget, deployment))).map(nameOf);
  const cause = "an interruption of one spot node takes these workloads down";
  return [
    ...diagnosis("A3.6", `${cause}: they have one replica`, "run two or more replicas", single),
    ...diagnosis(
      "A3.6",
      `${cause}: no PodDisruptionBudget selects them`,
      "add a PodDisruptionBudget with maxUnavailable 1",
      unguarded,
    ),
    ...diagnosis(
      "A3.6",
      `${cause}: Karpenter is not told of interruptions`,
      "set settings.interruptionQueue to the SQS queue that EventBridge feeds",
      context.outputs.nodePools.interruptionQueue === "" ? onSpot.map(nameOf) : [],
    ),
  ];
}

/** A budget selects a workload when all its labels match the pod template; an empty selector matches all (policy/v1). */
function guards(budget: V1PodDisruptionBudget, deployment: V1Deployment): boolean {
  if (budget.metadata?.namespace !== deployment.metadata?.namespace || budget.spec?.selector === undefined)
    return false;
  const labels = deployment.spec?.template.metadata?.labels ?? {};
  return Object.entries(budget.spec.selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}
