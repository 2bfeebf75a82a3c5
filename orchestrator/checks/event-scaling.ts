import type { KubernetesObject, V1APIService, V1Deployment, V2HorizontalPodAutoscaler } from "@kubernetes/client-node";
import { deploymentsAvailable } from "./available";
import type { CheckContext, Diagnosis, Finding } from "./check";
import { condition, nameOf, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, outside } from "./finding";
import { inProbeNamespace, PROBE_IMAGE } from "./probe";

/** Where autoscalers read values that no pod has; a cluster has one server of it. */
const EXTERNAL_METRICS = "v1beta1.external.metrics.k8s.io";
const API = "keda.sh/v1alpha1";
/** KEDA looks every 5 s here, and a pod is pulled and started within the rest. */
const EVENT_SECONDS = 180;
/** An event that lasts all year but its last minute, which is how a cron trigger says always. */
const ALWAYS = { timezone: "Etc/UTC", start: "0 0 1 1 *", end: "59 23 31 12 *", desiredReplicas: "1" };

interface ScaledObject extends KubernetesObject {
  spec?: { scaleTargetRef?: { kind?: string; name?: string } };
  status?: { hpaName?: string };
}

/** Findings about KEDA; none where nothing scales by events. */
export async function eventScaling(context: CheckContext, view: ClusterView): Promise<Finding[]> {
  const namespace = context.outputs.autoscaling.eventDriven;
  if (namespace === "") return [];
  const { highAvailability } = context.config;
  return [
    await deploymentsAvailable(view, "A13.1", "KEDA runs", namespace, highAvailability),
    await outside(context, metricsAreKedas(view, namespace)),
    await outside(context, eventBringsPod(context, view)),
  ];
}

function metricsAreKedas(view: ClusterView, namespace: string): Promise<Finding> {
  const title = "external metrics are served, by KEDA alone";
  return examine({ requirement: "A13.4", title }, async () => {
    const problem = serverProblem(
      await view.get("apiregistration.k8s.io/v1", "APIService", EXTERNAL_METRICS),
      namespace,
    );
    const wrong = problem === undefined ? [] : [{ subject: EXTERNAL_METRICS, reason: problem }];
    return { looked: 1, wrong, detail: EXTERNAL_METRICS };
  });
}

function serverProblem(service: V1APIService | undefined, namespace: string): string | undefined {
  if (service === undefined) return "is not registered";
  const server = service.spec?.service;
  // Whoever registered last answers all autoscalers; the others' values are gone.
  if (server !== undefined && server.namespace !== namespace)
    return `is answered by ${server.namespace ?? ""}/${server.name ?? ""}, and a cluster has one such server`;
  const available = condition(service, "Available");
  return available?.status === "True" ? undefined : (available?.message ?? "has no Available condition");
}

/** A workload that wants nothing, until something happens. */
function eventBringsPod(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A13.3", title: "an event brings a workload from nothing to a pod" }, () =>
    inProbeNamespace(view, context.waitUntil, async (namespace) => {
      await view.create(idleWorkload(namespace));
      await view.create({
        apiVersion: API,
        kind: "ScaledObject",
        metadata: { name: "idle", namespace },
        spec: {
          scaleTargetRef: { name: "idle" },
          pollingInterval: 5,
          minReplicaCount: 0,
          maxReplicaCount: 1,
          triggers: [{ type: "cron", metadata: ALWAYS }],
        },
      } as KubernetesObject);
      const settled = await context.waitUntil({
        reason: "a pod brought by an event",
        deadlineSeconds: EVENT_SECONDS,
        attempt: async () => {
          const [workload, scaled] = await Promise.all([
            view.get<V1Deployment>("apps/v1", "Deployment", "idle", namespace),
            view.get<ScaledObject>(API, "ScaledObject", "idle", namespace),
          ]);
          const available = workload?.status?.availableReplicas ?? 0;
          const why = condition(scaled, "Ready")?.message ?? "KEDA has not looked at it";
          return { done: available > 0, value: available > 0 ? `${available} pod` : `no pod: ${why}` };
        },
      });
      const wrong = settled.done ? [] : [{ subject: `${namespace}/idle`, reason: settled.value }];
      return { looked: 1, wrong, detail: settled.value };
    }),
  );
}

function idleWorkload(namespace: string): V1Deployment {
  const labels = { "slipway.dev/probe": "idle" };
  const quantity = { cpu: "10m", memory: "16Mi" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "idle", namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 0,
          securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              name: "idle",
              image: PROBE_IMAGE,
              command: ["sleep", "3600"],
              resources: { requests: quantity, limits: quantity },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
            },
          ],
        },
      },
    },
  };
}

/** A13.4 and A13.1 of what scales by events: no values, no target, two hands on one workload. */
export async function eventScalingCauses({ outputs }: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const namespace = outputs.autoscaling.eventDriven;
  if (namespace === "") return [];
  const [service, scaled, autoscalers] = await Promise.all([
    view.get<V1APIService>("apiregistration.k8s.io/v1", "APIService", EXTERNAL_METRICS),
    view.list<ScaledObject>(API, "ScaledObject"),
    view.list<V2HorizontalPodAutoscaler>("autoscaling/v2", "HorizontalPodAutoscaler"),
  ]);
  const problem = serverProblem(service, namespace);
  const unready = each(scaled, nameOf, (one) => {
    const ready = condition(one, "Ready");
    return ready?.status === "False" ? (ready.message ?? "not ready") : undefined;
  });
  const held = scaled.filter((one) => heldTwice(one, autoscalers));
  return [
    ...diagnosis(
      "A13.4",
      `autoscalers see no value of an event: ${EXTERNAL_METRICS} ${problem ?? ""}`,
      "let the API server reach KEDA's metrics server (security group and NetworkPolicy: port 6443), and leave no other server of external metrics in the cluster",
      problem === undefined ? [] : [EXTERNAL_METRICS],
    ),
    ...diagnosis(
      "A13.4",
      `KEDA cannot scale: ${unready.map(({ subject, reason }) => `${subject}: ${reason}`).join("; ")}`,
      "name an existing Deployment or StatefulSet under scaleTargetRef, and a source its namespace may reach",
      unready.map(({ subject }) => subject),
    ),
    ...diagnosis(
      "A13.1",
      "a ScaledObject and a HorizontalPodAutoscaler hold the same workload, each undoes the other",
      "remove the HorizontalPodAutoscaler and give the ScaledObject a cpu trigger in its place",
      held.map(nameOf),
    ),
  ];
}

function heldTwice(scaled: ScaledObject, autoscalers: readonly V2HorizontalPodAutoscaler[]): boolean {
  const { kind = "Deployment", name } = scaled.spec?.scaleTargetRef ?? {};
  return autoscalers.some(
    ({ metadata, spec }) =>
      metadata?.namespace === scaled.metadata?.namespace &&
      metadata?.name !== (scaled.status?.hpaName ?? `keda-hpa-${scaled.metadata?.name ?? ""}`) &&
      spec?.scaleTargetRef.kind === kind &&
      spec.scaleTargetRef.name === name,
  );
}
