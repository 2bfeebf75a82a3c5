import { at, conditionOf, listAt, refOf, type KubeObject } from "../kubernetes/object";
import type { Operator, OperatorContext } from "./operator";
import { cpuOf } from "./scheduling";

const GROUP = "metrics.k8s.io";
const VERSION = "v1beta1";
const API = `${GROUP}/${VERSION}`;
const MANAGER = "metrics-server";
const DEFINITIONS = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
const SERVICES = { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService" };
/** Part of what a container requests that it is said to use: nothing runs, so nothing is busy. */
const USE = 0.2;
/** Seconds over which one value is taken (metrics-server's default resolution). */
const WINDOW_SECONDS = 15;

/**
 * Metrics server: what nodes and pods use. The API it would serve by itself is served as custom resources, which is the
 * same to who reads it; values are worked out from requests. Pods are measured where an autoscaler reads them.
 */
export const metricsServer: Operator = {
  name: "metrics-server",
  deployment: { "app.kubernetes.io/name": "metrics-server" },
  kinds: [
    DEFINITIONS,
    SERVICES,
    { apiVersion: "v1", kind: "Node" },
    { apiVersion: "v1", kind: "Pod" },
    { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler" },
    { apiVersion: "autoscaling.k8s.io/v1", kind: "VerticalPodAutoscaler" },
    { apiVersion: API, kind: "PodMetrics" },
    { apiVersion: API, kind: "NodeMetrics" },
  ],
  async reconcile(context) {
    const { world, self } = context;
    if (world.get(refOf(self)) === undefined) return withdraw(context);
    for (const definition of definitions) await world.ensure(definition, MANAGER);
    if (definitions.some((one) => conditionOf(world.get(refOf(one)), "Established")?.status !== "True")) return true;
    await register(context);
    if (!world.knows({ apiVersion: API, kind: "PodMetrics" }) || !world.knows({ apiVersion: API, kind: "NodeMetrics" }))
      return true;
    await measure(context);
    return false;
  },
};

const definitions: readonly KubeObject[] = [
  definition("PodMetrics", "pods", "Namespaced"),
  definition("NodeMetrics", "nodes", "Cluster"),
];

function definition(kind: string, plural: string, scope: "Namespaced" | "Cluster"): KubeObject {
  const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const schema = { openAPIV3Schema: open };
  return {
    ...DEFINITIONS,
    metadata: {
      name: `${plural}.${GROUP}`,
      // The group belongs to Kubernetes; without a word on it the API server does not serve it.
      annotations: { "api-approved.kubernetes.io": "unapproved, a rehearsal's metrics server" },
    },
    spec: {
      group: GROUP,
      scope,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [{ name: VERSION, served: true, storage: true, schema }],
    },
  };
}

/** The entry of the aggregation layer; the same that an API server makes for custom resources. */
async function register({ world, now }: OperatorContext): Promise<void> {
  const service = await world.ensure(
    {
      ...SERVICES,
      metadata: { name: `${VERSION}.${GROUP}` },
      spec: { group: GROUP, version: VERSION, groupPriorityMinimum: 1000, versionPriority: 100 },
    },
    MANAGER,
  );
  if (conditionOf(service, "Available") !== undefined) return;
  const condition = {
    type: "Available",
    status: "True",
    reason: "Local",
    message: "Local APIServices are always available",
    lastTransitionTime: now(),
  };
  await world.status(service, { conditions: [condition] });
}

async function withdraw({ world }: OperatorContext): Promise<boolean> {
  for (const one of definitions) {
    const found = world.get(refOf(one));
    if (found !== undefined) await world.remove(found);
  }
  const service = world.get({ ...SERVICES, name: `${VERSION}.${GROUP}` });
  if (service !== undefined) await world.remove(service);
  return false;
}

async function measure(context: OperatorContext): Promise<void> {
  const { world } = context;
  const read = new Set(
    [
      ...world.list("autoscaling/v2", "HorizontalPodAutoscaler"),
      ...world.list("autoscaling.k8s.io/v1", "VerticalPodAutoscaler"),
    ].map(({ metadata }) => metadata.namespace),
  );
  const pods = world.list("v1", "Pod").filter((pod) => read.has(pod.metadata.namespace) && readySince(pod));
  for (const pod of pods)
    await put(context, "PodMetrics", pod, {
      containers: listAt(pod, "spec", "containers").map((container) => ({
        name: at(container, "name"),
        usage: {
          cpu: millicores(USE * cpuOf(at(container, "resources", "requests", "cpu"))),
          memory: mebibytes(USE * cpuOf(at(container, "resources", "requests", "memory"))),
        },
      })),
    });
  const nodes = world.list("v1", "Node").filter(readySince);
  for (const node of nodes)
    await put(context, "NodeMetrics", node, {
      usage: {
        cpu: millicores(USE * cpuOf(at(node, "status", "capacity", "cpu"))),
        memory: mebibytes(USE * cpuOf(at(node, "status", "capacity", "memory"))),
      },
    });
  await forget(context, "PodMetrics", pods);
  await forget(context, "NodeMetrics", nodes);
}

const readySince = (object: KubeObject): string | undefined => {
  const ready = conditionOf(object, "Ready");
  return ready?.status === "True" && object.metadata.deletionTimestamp === undefined
    ? ready.lastTransitionTime
    : undefined;
};

async function put({ world }: OperatorContext, kind: string, of: KubeObject, usage: object): Promise<void> {
  const { name, namespace, labels } = of.metadata;
  const since = Date.parse(String(readySince(of)));
  await world.ensure(
    {
      apiVersion: API,
      kind,
      // Autoscalers ask for the metrics of a workload by its pods' labels.
      metadata: { name, ...(namespace !== undefined && { namespace }), ...(labels && { labels }) },
      // A value counts when the pod was ready during its whole window.
      timestamp: new Date(since + WINDOW_SECONDS * 1000).toISOString().replace(/\.\d+Z$/, "Z"),
      window: `${WINDOW_SECONDS}s`,
      ...usage,
    },
    MANAGER,
  );
}

async function forget({ world }: OperatorContext, kind: string, kept: readonly KubeObject[]): Promise<void> {
  const names = new Set(kept.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`));
  for (const metrics of world.list(API, kind))
    if (!names.has(`${metrics.metadata.namespace ?? ""}/${metrics.metadata.name}`)) await world.remove(metrics);
}

const millicores = (cores: number): string => `${Math.round(cores * 1000)}m`;
const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)}Mi`;
