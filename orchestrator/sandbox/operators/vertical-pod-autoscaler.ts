import { at, listAt, selects, type KubeObject } from "../kubernetes/object";
import type { Operator, OperatorContext } from "./operator";
import { cpuOf } from "./scheduling";
import { withConditions } from "./world";

const API = "autoscaling.k8s.io/v1";
const METRICS = { apiVersion: "metrics.k8s.io/v1beta1", kind: "PodMetrics" };
/** The recommender's own margin and least values (its flags' defaults). */
const MARGIN = 1.15;
const LEAST = { cpu: 0.025, memory: 250 * 2 ** 20 };

/** The recommender of the vertical pod autoscaler: what each container should request by what it uses. */
export const verticalPodAutoscaler: Operator = {
  name: "vertical-pod-autoscaler",
  deployment: { "app.kubernetes.io/name": "vertical-pod-autoscaler", "app.kubernetes.io/component": "recommender" },
  kinds: [
    { apiVersion: API, kind: "VerticalPodAutoscaler" },
    { apiVersion: "apps/v1", kind: "StatefulSet" },
    { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster" },
    { apiVersion: "v1", kind: "Pod" },
    METRICS,
  ],
  async reconcile(context) {
    const { world } = context;
    for (const autoscaler of world.list(API, "VerticalPodAutoscaler")) await advise(context, autoscaler);
    return !world.knows(METRICS) && world.list(API, "VerticalPodAutoscaler").length > 0;
  },
};

async function advise({ world, now }: OperatorContext, autoscaler: KubeObject): Promise<void> {
  const namespace = autoscaler.metadata.namespace;
  const { apiVersion, kind, name } = at(autoscaler, "spec", "targetRef") as Record<string, string>;
  const target = world.get({ apiVersion: String(apiVersion), kind: String(kind), name: String(name), namespace });
  const labels = podLabels(target);
  const measured = world
    .list(METRICS.apiVersion, METRICS.kind, namespace)
    .filter(({ metadata }) => {
      const pod = world.get({ apiVersion: "v1", kind: "Pod", name: metadata.name, namespace });
      return labels !== undefined && selects(labels, pod?.metadata.labels);
    })
    .flatMap((metrics) => listAt(metrics, "containers"));
  const names = [...new Set(measured.map((container) => String(at(container, "name"))))];
  const provided = names.length > 0;
  const condition = {
    type: "RecommendationProvided",
    status: provided ? ("True" as const) : ("False" as const),
    reason: provided ? "" : "NoPodsMatched",
    message: provided ? "" : "No pods match this VPA object",
  };
  await world.status(autoscaler, {
    conditions: withConditions(autoscaler["status"], [condition], now),
    ...(provided && {
      recommendation: {
        containerRecommendations: names.map((container) => recommend(container, measured)),
      },
    }),
  });
}

/** Labels of a target's pods: those of its template, or of its scale subresource where it has none. */
function podLabels(target: KubeObject | undefined): Record<string, string> | undefined {
  const selector = at(target, "status", "selector");
  return typeof selector === "string"
    ? (Object.fromEntries(selector.split(",").map((pair) => pair.split("="))) as Record<string, string>)
    : (at(target, "spec", "template", "metadata", "labels") as Record<string, string> | undefined);
}

function recommend(containerName: string, measured: readonly unknown[]): object {
  const most = (resource: "cpu" | "memory") =>
    Math.max(
      LEAST[resource],
      ...measured
        .filter((one) => at(one, "name") === containerName)
        .map((one) => MARGIN * cpuOf(at(one, "usage", resource))),
    );
  const target = { cpu: `${Math.ceil(most("cpu") * 1000)}m`, memory: String(Math.ceil(most("memory"))) };
  return { containerName, target, uncappedTarget: target, lowerBound: target, upperBound: target };
}
