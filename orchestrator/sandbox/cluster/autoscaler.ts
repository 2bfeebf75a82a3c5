import { fieldsOf, listOf, specOf, statusOf, stringsOf, type Fields, type KubeObject } from "./object";
import { quantity } from "./quantity";
import { selectorMatcher } from "./selectors";
import type { ClusterStore } from "./store";

/** Kubernetes scales only when use is further than this from what is wanted (kube-controller-manager's default). */
const TOLERANCE = 0.1;

/** What the horizontal pod autoscaler makes of one of its objects. */
export interface Scaling {
  readonly status: Fields;
  /** The workload and how many copies it should have; undefined when it stays as it is. */
  readonly scale?: { readonly target: KubeObject; readonly replicas: number };
  readonly event?: { readonly type: string; readonly reason: string; readonly message: string };
}
type Condition = (type: string, status: string, reason: string, message: string) => Fields;

/**
 * One look at an autoscaler of CPU use, as kube-controller-manager takes it every 15 seconds. Stabilisation windows and
 * rates are not imitated: a rehearsal's use does not change by itself.
 */
export function autoscale(store: ClusterStore, autoscaler: KubeObject, condition: Condition): Scaling {
  const namespace = autoscaler.metadata.namespace ?? "";
  const spec = specOf(autoscaler);
  const { apiVersion, kind, name } = fieldsOf(spec["scaleTargetRef"]);
  const target = store.find(String(apiVersion), String(kind), String(name), namespace);
  if (target === undefined) {
    const reason = "FailedGetScale";
    const message = `the HPA controller was unable to get the target's current scale: ${String(kind).toLowerCase()}s.apps "${String(name)}" not found`;
    return {
      status: { conditions: [condition("AbleToScale", "False", reason, message)] },
      event: { type: "Warning", reason, message },
    };
  }
  const current = Number(specOf(target)["replicas"] ?? 1);
  const least = Number(spec["minReplicas"] ?? 1);
  const most = Number(spec["maxReplicas"]);
  // What somebody turned off stays off (horizontal.go: "the replica count of the target is zero").
  if (current === 0) {
    const message = "scaling is disabled since the replica count of the target is zero";
    const conditions = [condition("ScalingActive", "False", "ScalingDisabled", message)];
    return { status: { currentReplicas: 0, desiredReplicas: 0, conditions } };
  }
  const able = condition("AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size");
  const wanted = wantedUse(spec);
  const measured = wanted === undefined ? "no CPU target is set" : measure(store, target, namespace);
  if (typeof measured === "string" || wanted === undefined) {
    const reason = "FailedGetResourceMetric";
    const message = `the HPA was unable to compute the replica count: failed to get cpu utilization: ${String(measured)}`;
    // The least number holds whatever is measured.
    const replicas = Math.max(current, least);
    return {
      status: {
        currentReplicas: current,
        desiredReplicas: replicas,
        conditions: [able, condition("ScalingActive", "False", reason, message)],
      },
      ...(replicas !== current && { scale: { target, replicas } }),
      event: { type: "Warning", reason, message },
    };
  }
  const ratio = measured.utilization / wanted;
  const asked = Math.abs(ratio - 1) <= TOLERANCE ? current : Math.ceil(current * ratio);
  const replicas = Math.min(most, Math.max(least, asked));
  const limited =
    asked < least
      ? condition("ScalingLimited", "True", "TooFewReplicas", "the desired replica count is less than the minimum")
      : asked > most
        ? condition("ScalingLimited", "True", "TooManyReplicas", "the desired replica count is more than the maximum")
        : condition("ScalingLimited", "False", "DesiredWithinRange", "the desired count is within the range");
  const found =
    "the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)";
  return {
    status: {
      observedGeneration: autoscaler.metadata.generation,
      currentReplicas: current,
      desiredReplicas: replicas,
      currentMetrics: [
        {
          type: "Resource",
          resource: {
            name: "cpu",
            current: { averageUtilization: measured.utilization, averageValue: `${measured.average}m` },
          },
        },
      ],
      conditions: [able, condition("ScalingActive", "True", "ValidMetricFound", found), limited],
    },
    ...(replicas !== current && {
      scale: { target, replicas },
      event: {
        type: "Normal",
        reason: "SuccessfulRescale",
        message: `New size: ${replicas}; reason: ${asked < least ? "Current number of replicas below Spec.MinReplicas" : `cpu resource utilization (percentage of request) ${ratio > 1 ? "above" : "below"} target`}`,
      },
    }),
  };
}

function wantedUse(spec: Fields): number | undefined {
  const cpu = listOf(spec["metrics"])
    .map((metric) => fieldsOf(metric["resource"]))
    .find((resource) => resource["name"] === "cpu");
  const use = fieldsOf(cpu?.["target"])["averageUtilization"];
  return use === undefined ? undefined : Number(use);
}

/** Use in per cent of what is requested and per pod in millicores, or why nobody knows it. */
function measure(
  store: ClusterStore,
  target: KubeObject,
  namespace: string,
): { utilization: number; average: number } | string {
  if (store.resources.ofKind("metrics.k8s.io/v1beta1", "PodMetrics") === undefined)
    return "unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";
  const selected = selectorMatcher(specOf(target)["selector"]);
  const pods = store
    .kind("v1", "Pod", namespace)
    .filter((pod) => selected(pod.metadata.labels ?? {}) && statusOf(pod)["phase"] === "Running");
  const measured = pods.flatMap((pod) => {
    const metrics = store.find("metrics.k8s.io/v1beta1", "PodMetrics", pod.metadata.name, namespace);
    return metrics === undefined ? [] : [{ pod, used: cpu(metrics["containers"], "usage") }];
  });
  if (measured.length === 0)
    return "unable to get metrics for resource cpu: no metrics returned from resource metrics API";
  const bare = measured.flatMap(({ pod }) =>
    listOf(specOf(pod)["containers"])
      .filter((container) => stringsOf(fieldsOf(container["resources"])["requests"])["cpu"] === undefined)
      .map(
        (container) => `missing request for cpu in container ${String(container["name"])} of Pod ${pod.metadata.name}`,
      ),
  );
  if (bare[0] !== undefined) return bare[0];
  const requested = measured.reduce(
    (sum, { pod }) =>
      sum +
      listOf(specOf(pod)["containers"]).reduce(
        (cores, container) => cores + quantity(stringsOf(fieldsOf(container["resources"])["requests"])["cpu"] ?? "0"),
        0,
      ),
    0,
  );
  const used = measured.reduce((sum, { used }) => sum + used, 0);
  return {
    utilization: Math.round((100 * used) / requested),
    average: Math.round((1000 * used) / measured.length),
  };
}

/** Cores of all containers together. */
function cpu(containers: unknown, field: string): number {
  return listOf(containers).reduce((sum, container) => sum + quantity(stringsOf(container[field])["cpu"] ?? "0"), 0);
}
