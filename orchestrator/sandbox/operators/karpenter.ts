import { architectureOf, capacityOf } from "../aws/instances";
import type { NodeSpec } from "../cluster/host";
import { at, conditionOf, listAt, type Condition, type KubeObject } from "../kubernetes/object";
import { denied, message, noCredentials, rightsOf, tell, type Operator, type OperatorContext } from "./operator";
import { chooseNode, cpuOf, type Pool } from "./scheduling";
import { withConditions, type World } from "./world";

const API = "karpenter.sh/v1";
const CLASS_API = "karpenter.k8s.aws/v1";
const POOL_LABEL = "karpenter.sh/nodepool";
const FINALIZER = "karpenter.sh/termination";
/** What Karpenter needs before it can launch anything. */
const LAUNCH = ["EC2: CreateFleet", "ec2:CreateFleet"] as const;
/** Pods per node when the class does not say (prefix delegation, versions.md on EKS). */
const MAX_PODS = 110;

/** Karpenter: judges its pools and classes, and launches a node for pods that nothing else can take, ends empty ones. */
export const karpenter: Operator = {
  name: "karpenter",
  deployment: { "app.kubernetes.io/name": "karpenter" },
  kinds: [
    { apiVersion: API, kind: "NodePool" },
    { apiVersion: CLASS_API, kind: "EC2NodeClass" },
    { apiVersion: "v1", kind: "Node" },
    { apiVersion: "v1", kind: "Pod" },
    { apiVersion: "v1", kind: "Event" },
  ],
  async reconcile(context) {
    if (!this.kinds.every((kind) => context.world.knows(kind))) return true;
    let blocked = false;
    for (const nodeClass of context.world.list(CLASS_API, "EC2NodeClass"))
      blocked = !(await judgeClass(context, nodeClass)) || blocked;
    for (const pool of context.world.list(API, "NodePool")) await judgePool(context, pool);
    blocked = (await provision(context)) || blocked;
    await consolidate(context);
    return blocked;
  },
};

async function judgeClass(context: OperatorContext, nodeClass: KubeObject): Promise<boolean> {
  const rights = rightsOf(context);
  const refusal =
    rights === undefined
      ? noCredentials("EC2: DescribeSubnets")
      : rights.allowed(LAUNCH[1])
        ? undefined
        : denied(LAUNCH[0], LAUNCH[1], rights.roleArn, "*");
  const condition: Condition =
    refusal === undefined
      ? { type: "Ready", status: "True", reason: "Ready", message: "" }
      : {
          type: "Ready",
          status: "False",
          reason: "ValidationSucceeded",
          message: `ValidationSucceeded=False, SubnetsReady=False: ${refusal}`,
        };
  await context.world.status(nodeClass, { conditions: withConditions(nodeClass["status"], [condition], context.now) });
  return refusal === undefined;
}

async function judgePool(context: OperatorContext, pool: KubeObject): Promise<void> {
  const { world, now } = context;
  if (pool.metadata.deletionTimestamp !== undefined) {
    await terminate(context, pool);
    return;
  }
  const name = String(at(pool, "spec", "template", "spec", "nodeClassRef", "name"));
  const nodeClass = world.get({ apiVersion: CLASS_API, kind: "EC2NodeClass", name });
  const classReady = conditionOf(nodeClass, "Ready");
  const condition: Condition =
    nodeClass === undefined
      ? {
          type: "Ready",
          status: "False",
          reason: "NodeClassReady",
          message: "NodeClassReady=False: NodeClass not found on cluster",
        }
      : classReady?.status === "True"
        ? { type: "Ready", status: "True", reason: "Ready", message: "" }
        : {
            type: "Ready",
            status: "False",
            reason: "NodeClassReady",
            message: `NodeClassReady=False: ${classReady?.message ?? "NodeClass is not ready"}`,
          };
  const own = nodesOf(context, pool.metadata.name);
  await world.status(pool, {
    conditions: withConditions(pool["status"], [condition], now),
    resources: {
      nodes: String(own.length),
      cpu: String(own.reduce((sum, node) => sum + cpuOf(at(node, "status", "capacity", "cpu")), 0)),
    },
  });
}

const nodesOf = ({ world }: OperatorContext, pool: string): KubeObject[] =>
  world.list("v1", "Node").filter((node) => node.metadata.labels?.[POOL_LABEL] === pool);

/** A pool that goes takes its nodes and their instances with it. */
async function terminate(context: OperatorContext, pool: KubeObject): Promise<void> {
  const { world, host, cloud, cluster } = context;
  for (const node of nodesOf(context, pool.metadata.name)) {
    const providerId = String(at(node, "spec", "providerID") ?? "");
    await cloud.terminateInstance(providerId.slice(providerId.lastIndexOf("/") + 1));
  }
  await host.setNodes(cluster, groupOf(pool.metadata.name), []);
  await world.guard(pool, FINALIZER, false);
}

const groupOf = (pool: string): string => `karpenter-${pool}`;

/** Pods that a node was launched for, by cluster: nobody launches a second one while the first is on its way. */
const nominated = new WeakMap<World, Set<string>>();

async function provision(context: OperatorContext): Promise<boolean> {
  const { world } = context;
  const served = nominated.get(world) ?? new Set<string>();
  nominated.set(world, served);
  const waiting = world
    .list("v1", "Pod")
    .filter(
      (pod) =>
        !served.has(pod.metadata.uid ?? "") &&
        pod.metadata.deletionTimestamp === undefined &&
        conditionOf(pod, "PodScheduled")?.reason === "Unschedulable",
    );
  if (waiting.length === 0) return false;
  const pools = world
    .list(API, "NodePool")
    .filter((pool) => conditionOf(pool, "Ready")?.status === "True" && pool.metadata.deletionTimestamp === undefined);
  let blocked = false;
  // One node at a time: the pods that fit on it are scheduled, and the rest is looked at again.
  for (const pod of waiting) {
    const choice = chooseNode(pod, pools.map(poolOf), zonesOf(context));
    if ("reason" in choice) {
      await tell(context, pod, "Warning", "FailedScheduling", `Failed to schedule pod, ${choice.reason}`);
      blocked = true;
      continue;
    }
    const pool = pools.find(({ metadata }) => metadata.name === choice.pool) as KubeObject;
    if (await launch(context, pod, pool, choice.instanceType, choice.zone)) {
      served.add(pod.metadata.uid ?? "");
      break;
    }
    blocked = true;
  }
  return blocked || waiting.length > 1;
}

/** Nodes that nothing but daemons runs on go, once every pod that a node was launched for has found its place. */
async function consolidate(context: OperatorContext): Promise<void> {
  const { world, host, cloud, cluster } = context;
  const pods = world
    .list("v1", "Pod")
    .filter((pod) => !["Succeeded", "Failed"].includes(String(at(pod, "status", "phase"))));
  const served = nominated.get(world);
  const unplaced = (pod: KubeObject) =>
    at(pod, "spec", "nodeName") === undefined &&
    (served?.has(pod.metadata.uid ?? "") === true || conditionOf(pod, "PodScheduled")?.reason === "Unschedulable");
  if (pods.some(unplaced)) return;
  const busy = new Set(
    pods
      .filter((pod) => !(pod.metadata.ownerReferences ?? []).some(({ kind }) => kind === "DaemonSet"))
      .map((pod) => String(at(pod, "spec", "nodeName"))),
  );
  for (const pool of world.list(API, "NodePool")) {
    const own = nodesOf(context, pool.metadata.name);
    const kept = own.filter(({ metadata }) => busy.has(metadata.name));
    if (kept.length === own.length) continue;
    for (const node of own.filter((one) => !kept.includes(one))) {
      const providerId = String(at(node, "spec", "providerID") ?? "");
      await cloud.terminateInstance(providerId.slice(providerId.lastIndexOf("/") + 1));
    }
    await host.setNodes(cluster, groupOf(pool.metadata.name), kept.map(specOf));
  }
}

function zonesOf({ world }: OperatorContext): string[] {
  const zones = world.list("v1", "Node").map((node) => node.metadata.labels?.["topology.kubernetes.io/zone"]);
  return [...new Set(zones.filter((zone) => zone !== undefined))].sort();
}

function poolOf(pool: KubeObject): Pool {
  const values = (key: string) =>
    listAt<{ key: string; values?: string[] }>(pool, "spec", "template", "spec", "requirements").find(
      (one) => one.key === key,
    )?.values ?? [];
  return {
    name: pool.metadata.name,
    labels: (at(pool, "spec", "template", "metadata", "labels") ?? {}) as Record<string, string>,
    taints: listAt(pool, "spec", "template", "spec", "taints"),
    instanceTypes: values("node.kubernetes.io/instance-type"),
    capacityType: values("karpenter.sh/capacity-type").includes("spot") ? "spot" : "on-demand",
    cpuLimit: Number(at(pool, "spec", "limits", "cpu") ?? Infinity),
    cpuUsed: Number(at(pool, "status", "resources", "cpu") ?? 0),
  };
}

async function launch(
  context: OperatorContext,
  pod: KubeObject,
  pool: KubeObject,
  instanceType: string,
  zone: string,
): Promise<boolean> {
  const { cloud, cluster, host, world } = context;
  const { labels, taints, capacityType } = poolOf(pool);
  const guarded = await world.guard(pool, FINALIZER, true);
  try {
    const instance = await cloud.launchInstance({
      cluster,
      pool: pool.metadata.name,
      instanceType,
      zone,
      capacityType,
    });
    const nodeClass = world.get({
      apiVersion: CLASS_API,
      kind: "EC2NodeClass",
      name: String(at(guarded, "spec", "template", "spec", "nodeClassRef", "name")),
    });
    const capacity = capacityOf(instanceType, Number(at(nodeClass, "spec", "kubelet", "maxPods") ?? MAX_PODS));
    const node: NodeSpec = {
      name: instance.privateDnsName,
      zone: instance.zone,
      instanceType,
      labels: {
        ...labels,
        [POOL_LABEL]: pool.metadata.name,
        "karpenter.sh/capacity-type": capacityType,
        "topology.kubernetes.io/region": cloud.region,
        "topology.kubernetes.io/zone": instance.zone,
        "node.kubernetes.io/instance-type": instanceType,
        "kubernetes.io/hostname": instance.privateDnsName,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": architectureOf(instanceType),
      },
      taints: taints.map(({ key, value, effect }) => ({ key, effect, ...(value !== undefined && { value }) })),
      capacity: capacity ?? {},
      internalIp: instance.privateIp,
      providerId: `aws:///${instance.zone}/${instance.id}`,
    };
    await host.setNodes(cluster, groupOf(pool.metadata.name), [
      ...nodesOf(context, pool.metadata.name).map(specOf),
      node,
    ]);
    await tell(context, pod, "Normal", "Nominated", `Pod should schedule on: node/${node.name}`);
    return true;
  } catch (error) {
    await tell(context, pod, "Warning", "FailedScheduling", message(error));
    return false;
  }
}

/** A node that is there, as its group has to name it again. */
function specOf(node: KubeObject): NodeSpec {
  const labels = node.metadata.labels ?? {};
  return {
    name: node.metadata.name,
    zone: labels["topology.kubernetes.io/zone"] ?? "",
    instanceType: labels["node.kubernetes.io/instance-type"] ?? "",
    labels,
    taints: listAt(node, "spec", "taints"),
    capacity: (at(node, "status", "capacity") ?? {}) as Record<string, string>,
    internalIp:
      listAt<{ type: string; address: string }>(node, "status", "addresses").find(({ type }) => type === "InternalIP")
        ?.address ?? "",
    providerId: String(at(node, "spec", "providerID") ?? ""),
  };
}
