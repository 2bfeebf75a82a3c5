import { at, conditionOf, listAt, refOf, type KubeObject } from "../kubernetes/object";
import type { Operator, OperatorContext } from "./operator";
import { withConditions } from "./world";

const API = "keda.sh/v1alpha1";
const FINALIZER = "finalizer.keda.sh";
const MANAGER = "keda";
const GROUP = "external.metrics.k8s.io";
const VERSION = "v1beta1";
const DEFINITIONS = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
const SERVICES = { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService" };
const AUTOSCALERS = { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler" };
/** The only event that a rehearsal has: it holds no queues. Its hours are not looked at. */
const HAPPENING = "cron";

/**
 * KEDA: an autoscaler of Kubernetes for each ScaledObject, and the first pod of what has none when something happens.
 * The API of external metrics is served as a custom kind, as metrics-server's is: there to be found, without values.
 */
export const keda: Operator = {
  name: "keda",
  deployment: { "app.kubernetes.io/name": "keda-operator" },
  kinds: [
    { apiVersion: API, kind: "ScaledObject" },
    { apiVersion: "apps/v1", kind: "StatefulSet" },
    AUTOSCALERS,
    DEFINITIONS,
    SERVICES,
  ],
  async reconcile(context) {
    const { world, self } = context;
    if (world.get(refOf(self)) === undefined) return withdraw(context);
    await world.ensure(definition, MANAGER);
    if (conditionOf(world.get(refOf(definition)), "Established")?.status !== "True") return true;
    await register(context);
    for (const scaled of world.list(API, "ScaledObject")) await scale(context, scaled);
    return false;
  },
};

const definition: KubeObject = {
  ...DEFINITIONS,
  metadata: {
    name: `externalmetrics.${GROUP}`,
    // The group belongs to Kubernetes; without a word on it the API server does not serve it.
    annotations: { "api-approved.kubernetes.io": "unapproved, a rehearsal's server of external metrics" },
  },
  spec: {
    group: GROUP,
    scope: "Namespaced",
    names: {
      kind: "ExternalMetricValue",
      listKind: "ExternalMetricValueList",
      plural: "externalmetrics",
      singular: "externalmetricvalue",
    },
    versions: [
      {
        name: VERSION,
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};

async function register({ world, now }: OperatorContext): Promise<void> {
  const found = await world.ensure(
    {
      ...SERVICES,
      metadata: { name: `${VERSION}.${GROUP}` },
      spec: { group: GROUP, version: VERSION, groupPriorityMinimum: 100, versionPriority: 100 },
    },
    MANAGER,
  );
  if (conditionOf(found, "Available") !== undefined) return;
  const condition = { type: "Available", status: "True", reason: "Local", message: "", lastTransitionTime: now() };
  await world.status(found, { conditions: [condition] });
}

async function withdraw({ world }: OperatorContext): Promise<boolean> {
  for (const ref of [refOf(definition), { ...SERVICES, name: `${VERSION}.${GROUP}` }]) {
    const found = world.get(ref);
    if (found !== undefined) await world.remove(found);
  }
  return false;
}

async function scale(context: OperatorContext, scaled: KubeObject): Promise<void> {
  const { world, now } = context;
  const { namespace, name, uid } = scaled.metadata;
  const autoscaler = { ...AUTOSCALERS, name: `keda-hpa-${name}`, namespace };
  if (scaled.metadata.deletionTimestamp !== undefined) {
    const held = world.get(autoscaler);
    if (held !== undefined) await world.remove(held);
    await world.guard(scaled, FINALIZER, false);
    return;
  }
  const guarded = await world.guard(scaled, FINALIZER, true);
  const { apiVersion = "apps/v1", kind = "Deployment", name: held } = at(scaled, "spec", "scaleTargetRef") as Target;
  const target = world.get({ apiVersion, kind, name: held, namespace });
  const conditions = (ready: boolean, active: boolean, reason: string, message: string) =>
    withConditions(
      scaled["status"],
      [
        { type: "Ready", status: ready ? "True" : "False", reason, message },
        { type: "Active", status: active ? "True" : "False", reason: active ? "ScalerActive" : "ScalerNotActive" },
      ],
      now,
    );
  if (target === undefined) {
    const message = "ScaledObject doesn't have correct scaleTargetRef specification";
    await world.status(guarded, { conditions: conditions(false, false, "ScaledObjectCheckFailed", message) });
    return;
  }
  const triggers = listAt<{ type: string }>(scaled, "spec", "triggers");
  const active = triggers.some(({ type }) => type === HAPPENING);
  const least = Number(at(scaled, "spec", "minReplicaCount") ?? 0);
  const externalMetricNames = triggers.map(({ type }, i) => `s${i}-${type}`);
  await world.ensure(
    {
      ...AUTOSCALERS,
      metadata: {
        name: autoscaler.name,
        ...(namespace !== undefined && { namespace }),
        ownerReferences: [{ apiVersion: API, kind: "ScaledObject", name, uid: String(uid), controller: true }],
      },
      spec: {
        scaleTargetRef: { apiVersion, kind, name: held },
        minReplicas: Math.max(1, least),
        maxReplicas: Number(at(scaled, "spec", "maxReplicaCount") ?? 100),
        metrics: externalMetricNames.map((metric) => ({
          type: "External",
          external: {
            metric: { name: metric, selector: { matchLabels: { "scaledobject.keda.sh/name": name } } },
            target: { type: "AverageValue", averageValue: "1" },
          },
        })),
      },
    },
    MANAGER,
  );
  if (active && Number(at(target, "spec", "replicas") ?? 1) === 0)
    await world.patch(target, { spec: { replicas: Math.max(1, least) } });
  await world.status(guarded, {
    hpaName: autoscaler.name,
    externalMetricNames,
    conditions: conditions(
      true,
      active,
      "ScaledObjectReady",
      "ScaledObject is defined correctly and is ready for scaling",
    ),
  });
}

interface Target {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name: string;
}
