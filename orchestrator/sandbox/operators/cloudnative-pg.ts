import { randomBytes } from "node:crypto";
import { at, listAt, selects, type Condition, type KubeObject } from "../kubernetes/object";
import { archive, keepBackups } from "./cloudnative-pg-backups";
import { keepMembers, ownedBy, type Member } from "./members";
import type { Operator, OperatorContext } from "./operator";
import { withConditions } from "./world";

export const CNPG = "postgresql.cnpg.io/v1";
const MANAGER = "cloudnative-pg";
const HEALTHY = "Cluster in healthy state";
/** Annotation, and condition that answers it (CloudNativePG, declarative hibernation). */
const HIBERNATION = "cnpg.io/hibernation";
/** The operator's own: how long one probe of a start may take (CloudNativePG, instance probes). */
const PROBE_SECONDS = 10;

const NEEDED = [
  { apiVersion: CNPG, kind: "Cluster" },
  { apiVersion: CNPG, kind: "Backup" },
  { apiVersion: CNPG, kind: "ScheduledBackup" },
  { apiVersion: "v1", kind: "Pod" },
  { apiVersion: "v1", kind: "PersistentVolumeClaim" },
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "v1", kind: "Secret" },
  { apiVersion: "apps/v1", kind: "Deployment" },
];

/** CloudNativePG: instances with volumes, Services and the application's Secret for each Cluster, and its backups. */
export const cloudnativePg: Operator = {
  name: "cloudnative-pg",
  deployment: { "app.kubernetes.io/name": "cloudnative-pg" },
  kinds: [...NEEDED, { apiVersion: "barmancloud.cnpg.io/v1", kind: "ObjectStore" }],
  async reconcile(context) {
    const { world } = context;
    if (!NEEDED.every((kind) => world.knows(kind))) return true;
    let blocked = false;
    for (const cluster of world.list(CNPG, "Cluster"))
      if (cluster.metadata.deletionTimestamp === undefined) blocked = !(await run(context, cluster)) || blocked;
    return (await keepBackups(context)) || blocked;
  },
};

/** True when nothing outside the cluster is waited for. */
async function run(context: OperatorContext, cluster: KubeObject): Promise<boolean> {
  const { world, now } = context;
  const { name, namespace = "" } = cluster.metadata;
  for (const object of surroundings(cluster)) await world.ensure(object, MANAGER);
  await keepSecret(context, cluster);
  const wanted = Number(at(cluster, "spec", "instances") ?? 1);
  const labels = { "cnpg.io/cluster": name, "cnpg.io/podRole": "instance" };
  const known = world.list("v1", "Pod", namespace).filter((pod) => selects(labels, pod.metadata.labels));
  const asleep = cluster.metadata.annotations?.[HIBERNATION] === "on";
  const members = asleep ? [] : Array.from({ length: wanted }, (_, i) => member(context, cluster, i + 1));
  // Without members every pod goes, and every volume stays.
  const ready = await keepMembers(context, members, known, MANAGER);
  const healthy = !asleep && ready >= wanted;
  const problem = healthy ? archive(context, cluster) : undefined;
  const conditions: Condition[] = [
    ...(asleep ? [hibernated(known.length)] : []),
    healthy
      ? { type: "Ready", status: "True", reason: "ClusterIsReady", message: "Cluster is Ready" }
      : { type: "Ready", status: "False", reason: "ClusterIsNotReady", message: "Cluster Is Not Ready" },
    ...(problem === undefined
      ? []
      : [
          problem === ""
            ? {
                type: "ContinuousArchiving",
                status: "True" as const,
                reason: "ContinuousArchivingSuccess",
                message: "Continuous archiving is working",
              }
            : {
                type: "ContinuousArchiving",
                status: "False" as const,
                reason: "ContinuousArchivingFailing",
                message: problem,
              },
        ]),
  ];
  await world.status(cluster, {
    phase: healthy ? HEALTHY : asleep ? "Cluster is hibernated" : "Waiting for the instances to become active",
    instances: known.length,
    readyInstances: ready,
    // Of the scale subresource, by which others find the instances.
    selector: Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(","),
    instanceNames: members.map(({ pod }) => pod.metadata.name),
    currentPrimary: `${name}-1`,
    targetPrimary: `${name}-1`,
    pvcCount: wanted,
    writeService: `${name}-rw`,
    readService: `${name}-r`,
    image: imageOf(cluster),
    conditions: withConditions(at(cluster, "status"), conditions, now).filter(
      ({ type }) => asleep || type !== HIBERNATION,
    ),
  });
  return problem === undefined || problem === "";
}

const hibernated = (pods: number): Condition =>
  pods === 0
    ? { type: HIBERNATION, status: "True", reason: "Hibernated", message: "Cluster has been hibernated" }
    : { type: HIBERNATION, status: "False", reason: "WaitingPodsDeletion", message: "Hibernation is in progress" };

function member({ world }: OperatorContext, cluster: KubeObject, serial: number): Member {
  const { name: clusterName, namespace = "" } = cluster.metadata;
  const name = `${clusterName}-${serial}`;
  const role = serial === 1 ? "primary" : "replica";
  const labels = {
    ...(at(cluster, "spec", "inheritedMetadata", "labels") as Record<string, string> | undefined),
    "cnpg.io/cluster": clusterName,
    "cnpg.io/instanceName": name,
    "cnpg.io/instanceRole": role,
    "cnpg.io/podRole": "instance",
  };
  const startSeconds = Number(at(cluster, "spec", "startDelay") ?? 3600);
  const probe = (path: string, more: object) => ({ httpGet: { path, port: 8000, scheme: "HTTPS" }, ...more });
  const plugin = listAt(cluster, "spec", "plugins").find((one) => one["isWALArchiver"] === true);
  const storeName = String(at(plugin, "parameters", "barmanObjectName"));
  const store = world.get({ apiVersion: "barmancloud.cnpg.io/v1", kind: "ObjectStore", name: storeName, namespace });
  const resources = at(store, "spec", "instanceSidecarConfiguration", "resources");
  return {
    claim: {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        name,
        namespace,
        labels: { ...labels, "cnpg.io/pvcRole": "PG_DATA" },
        ownerReferences: ownedBy(cluster),
      },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: at(cluster, "spec", "storage", "storageClass"),
        resources: { requests: { storage: at(cluster, "spec", "storage", "size") } },
      },
    },
    pod: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace, labels, ownerReferences: ownedBy(cluster) },
      spec: {
        serviceAccountName: clusterName,
        hostname: name,
        terminationGracePeriodSeconds: Number(at(cluster, "spec", "stopDelay") ?? 1800),
        securityContext: {
          runAsUser: 26,
          runAsGroup: 26,
          fsGroup: 26,
          runAsNonRoot: true,
          seccompProfile: { type: "RuntimeDefault" },
        },
        ...affinity(cluster),
        ...(plugin !== undefined && {
          initContainers: [
            {
              name: "plugin-barman-cloud",
              image: "ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.13.0",
              // A sidecar that starts before the database and ends after it.
              restartPolicy: "Always",
              ...(resources !== undefined && { resources }),
              securityContext: restricted,
            },
          ],
        }),
        containers: [
          {
            name: "postgres",
            image: imageOf(cluster),
            ports: [
              { name: "postgresql", containerPort: 5432, protocol: "TCP" },
              { name: "metrics", containerPort: 9187, protocol: "TCP" },
              { name: "status", containerPort: 8000, protocol: "TCP" },
            ],
            resources: at(cluster, "spec", "resources") ?? {},
            securityContext: restricted,
            startupProbe: probe("/startupz", {
              periodSeconds: PROBE_SECONDS,
              failureThreshold: Math.ceil(startSeconds / PROBE_SECONDS),
            }),
            readinessProbe: probe("/readyz", { periodSeconds: 10 }),
            livenessProbe: probe("/healthz", { periodSeconds: 10 }),
            volumeMounts: [{ name: "pgdata", mountPath: "/var/lib/postgresql/data" }],
          },
        ],
        volumes: [{ name: "pgdata", persistentVolumeClaim: { claimName: name } }],
      },
    },
  };
}

const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  privileged: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** The operator's own choice where the Cluster says nothing. */
const imageOf = (cluster: KubeObject): string =>
  String(at(cluster, "spec", "imageName") ?? "ghcr.io/cloudnative-pg/postgresql:18-system-trixie");

/** Members stay apart by the key the Cluster names. */
function affinity(cluster: KubeObject): object {
  const given = at(cluster, "spec", "affinity");
  if (at(given, "enablePodAntiAffinity") === false) return {};
  const term = {
    topologyKey: at(given, "topologyKey") ?? "kubernetes.io/hostname",
    labelSelector: {
      matchExpressions: [
        { key: "cnpg.io/cluster", operator: "In", values: [cluster.metadata.name] },
        { key: "cnpg.io/podRole", operator: "In", values: ["instance"] },
      ],
    },
  };
  return {
    affinity: {
      podAntiAffinity:
        at(given, "podAntiAffinityType") === "required"
          ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
          : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
    },
  };
}

/** The account, the three Services and the disruption budget of a Cluster. */
function surroundings(cluster: KubeObject): KubeObject[] {
  const { name, namespace = "" } = cluster.metadata;
  const metadata = (called: string) => ({
    name: called,
    namespace,
    labels: { "cnpg.io/cluster": name },
    ownerReferences: ownedBy(cluster),
  });
  const service = (suffix: string, selector: object): KubeObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata(`${name}-${suffix}`),
    spec: {
      type: "ClusterIP",
      selector: { "cnpg.io/cluster": name, ...selector },
      ports: [{ name: "postgres", port: 5432, targetPort: 5432, protocol: "TCP" }],
    },
  });
  const budget: KubeObject = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: metadata(`${name}-primary`),
    spec: {
      minAvailable: 1,
      selector: { matchLabels: { "cnpg.io/cluster": name, "cnpg.io/instanceRole": "primary" } },
    },
  };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata(name) },
    service("rw", { "cnpg.io/instanceRole": "primary" }),
    service("ro", { "cnpg.io/instanceRole": "replica" }),
    service("r", { "cnpg.io/podRole": "instance" }),
    ...(at(cluster, "spec", "enablePDB") === false ? [] : [budget]),
  ];
}

/** How the application comes in: made once, and never again while it is there. */
async function keepSecret({ world }: OperatorContext, cluster: KubeObject): Promise<void> {
  const { name, namespace = "" } = cluster.metadata;
  const wanted = { apiVersion: "v1", kind: "Secret", name: `${name}-app`, namespace };
  if (world.get(wanted) !== undefined) return;
  const owner = String(at(cluster, "spec", "bootstrap", "initdb", "owner") ?? "app");
  const values = {
    username: owner,
    password: randomBytes(32).toString("base64url"),
    dbname: String(at(cluster, "spec", "bootstrap", "initdb", "database") ?? "app"),
    host: `${name}-rw`,
    port: "5432",
  };
  await world.ensure(
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: wanted.name,
        namespace,
        labels: { "cnpg.io/cluster": name },
        ownerReferences: ownedBy(cluster),
      },
      type: "kubernetes.io/basic-auth",
      data: Object.fromEntries(
        Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
      ),
    },
    MANAGER,
  );
}
