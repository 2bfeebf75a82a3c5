import { at, refOf, type Condition, type KubeObject } from "../kubernetes/object";
import { flags, type Operator, type OperatorContext } from "./operator";
import { withConditions } from "./world";

const API = "monitoring.coreos.com/v1";
const MANAGER = "prometheus-operator";
const RELOADER = "quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1";
const restricted = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };

/** Server → where it answers and where it keeps its data. */
const servers = {
  Prometheus: { port: 9090, portName: "web", data: "/prometheus" },
  Alertmanager: { port: 9093, portName: "web", data: "/alertmanager" },
} as const;
type Kind = keyof typeof servers;

/** The Prometheus operator: a StatefulSet and a headless Service for each Prometheus and Alertmanager. */
export const prometheusOperator: Operator = {
  name: "prometheus-operator",
  deployment: { "app.kubernetes.io/component": "prometheus-operator" },
  kinds: [
    { apiVersion: API, kind: "Prometheus" },
    { apiVersion: API, kind: "Alertmanager" },
    { apiVersion: "apps/v1", kind: "StatefulSet" },
    { apiVersion: "v1", kind: "Service" },
  ],
  async reconcile(context) {
    for (const kind of Object.keys(servers) as Kind[])
      for (const object of context.world.list(API, kind))
        if (object.metadata.deletionTimestamp === undefined) await run(context, kind, object);
    return false;
  },
};

async function run(context: OperatorContext, kind: Kind, object: KubeObject): Promise<void> {
  const { world, now } = context;
  await world.ensure(governing(kind, object), MANAGER);
  const set = await world.ensure(statefulSet(context, kind, object), MANAGER);
  const live = world.get(refOf(set)) ?? set;
  const wanted = Number(at(object, "spec", "replicas") ?? 1);
  const ready = Number(at(live, "status", "readyReplicas") ?? 0);
  const condition = (type: string, good: boolean, why: string): Condition => ({
    type,
    status: good ? "True" : "False",
    reason: good ? "" : why,
    message: good ? "" : `${ready} of ${wanted} pods are ready`,
  });
  await world.status(object, {
    replicas: Number(at(live, "status", "replicas") ?? 0),
    availableReplicas: ready,
    updatedReplicas: ready,
    unavailableReplicas: Math.max(0, wanted - ready),
    paused: false,
    conditions: withConditions(
      object["status"],
      [condition("Available", ready >= wanted, "NoPodReady"), condition("Reconciled", true, "")],
      now,
    ),
  });
}

const labelsOf = (kind: Kind, object: KubeObject) => ({
  "app.kubernetes.io/managed-by": "prometheus-operator",
  "app.kubernetes.io/name": kind.toLowerCase(),
  "app.kubernetes.io/instance": object.metadata.name,
  "operator.prometheus.io/name": object.metadata.name,
});
const owner = ({ apiVersion, kind, metadata }: KubeObject) => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid ?? "",
  controller: true,
  blockOwnerDeletion: true,
});

function governing(kind: Kind, object: KubeObject): KubeObject {
  const { port, portName } = servers[kind];
  const namespace = object.metadata.namespace ?? "";
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `${kind.toLowerCase()}-operated`, namespace, ownerReferences: [owner(object)] },
    spec: {
      clusterIP: "None",
      selector: { "app.kubernetes.io/name": kind.toLowerCase() },
      ports: [{ name: portName, port, targetPort: portName, protocol: "TCP" }],
    },
  };
}

function statefulSet({ self }: OperatorContext, kind: Kind, object: KubeObject): KubeObject {
  const { port, portName, data } = servers[kind];
  const name = `${kind.toLowerCase()}-${object.metadata.name}`;
  const namespace = object.metadata.namespace ?? "";
  const labels = labelsOf(kind, object);
  const claim = at(object, "spec", "storage", "volumeClaimTemplate", "spec");
  const volume = `${name}-db`;
  const hard = at(object, "spec", "podAntiAffinity") === "hard";
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name, namespace, labels, ownerReferences: [owner(object)] },
    spec: {
      replicas: Number(at(object, "spec", "replicas") ?? 1),
      serviceName: `${kind.toLowerCase()}-operated`,
      podManagementPolicy: "Parallel",
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: at(object, "spec", "serviceAccountName"),
          securityContext: at(object, "spec", "securityContext"),
          ...(hard && {
            affinity: {
              podAntiAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [
                  { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } },
                ],
              },
            },
          }),
          containers: [
            {
              name: kind.toLowerCase(),
              image: at(object, "spec", "image"),
              args: argumentsOf(kind, object),
              ports: [{ name: portName, containerPort: port, protocol: "TCP" }],
              resources: at(object, "spec", "resources") ?? {},
              securityContext: restricted,
              volumeMounts: [{ name: volume, mountPath: data }],
            },
            {
              name: "config-reloader",
              image: RELOADER,
              ports: [{ name: "reloader-web", containerPort: 8080, protocol: "TCP" }],
              resources: reloaderResources(self),
              securityContext: restricted,
            },
          ],
          // Without a claim the data lives as long as the pod.
          ...(claim === undefined && { volumes: [{ name: volume, emptyDir: {} }] }),
        },
      },
      ...(claim !== undefined && {
        volumeClaimTemplates: [
          { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: volume }, spec: claim },
        ],
      }),
    },
  };
}

function argumentsOf(kind: Kind, object: KubeObject): string[] {
  const spec = (field: string) => at(object, "spec", field);
  if (kind === "Alertmanager") return [`--data.retention=${String(spec("retention"))}`];
  const size = spec("retentionSize");
  return [
    `--storage.tsdb.retention.time=${String(spec("retention"))}`,
    ...(typeof size === "string" && size !== "" ? [`--storage.tsdb.retention.size=${size}`] : []),
  ];
}

/** The reloader's size is a setting of the operator's own. */
function reloaderResources(self: KubeObject): object {
  const of = (kind: string) =>
    Object.fromEntries(
      ["cpu", "memory"].flatMap((what) => flags(self, `config-reloader-${what}-${kind}`).map((value) => [what, value])),
    );
  return { requests: of("request"), limits: of("limit") };
}
