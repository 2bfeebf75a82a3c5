import { at, listAt, selects, type Condition, type KubeObject } from "../kubernetes/object";
import { isReady, keepMembers, ownedBy, type Member } from "./members";
import type { Operator, OperatorContext } from "./operator";
import { withConditions } from "./world";

const API = "kafka.strimzi.io/v1";
const PODSET = "core.strimzi.io/v1";
const MANAGER = "strimzi-cluster-operator";
const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** Strimzi: brokers with volumes for each Kafka and its pools, Services, and the operator of topics and users. */
export const strimzi: Operator = {
  name: "strimzi",
  deployment: { "strimzi.io/kind": "cluster-operator" },
  kinds: [
    { apiVersion: API, kind: "Kafka" },
    { apiVersion: API, kind: "KafkaNodePool" },
    { apiVersion: PODSET, kind: "StrimziPodSet" },
    { apiVersion: "v1", kind: "Pod" },
    { apiVersion: "v1", kind: "PersistentVolumeClaim" },
    { apiVersion: "v1", kind: "Service" },
    { apiVersion: "apps/v1", kind: "Deployment" },
  ],
  async reconcile(context) {
    const { world } = context;
    if (!this.kinds.every((kind) => world.knows(kind))) return true;
    for (const kafka of world.list(API, "Kafka"))
      if (kafka.metadata.deletionTimestamp === undefined) await run(context, kafka);
    return false;
  },
};

const labelsOf = (kafka: KubeObject, name: string) => ({
  "app.kubernetes.io/name": "kafka",
  "app.kubernetes.io/instance": kafka.metadata.name,
  "app.kubernetes.io/managed-by": MANAGER,
  "strimzi.io/cluster": kafka.metadata.name,
  "strimzi.io/kind": "Kafka",
  "strimzi.io/name": name,
});

async function run(context: OperatorContext, kafka: KubeObject): Promise<void> {
  const { world } = context;
  const { name, namespace = "" } = kafka.metadata;
  const pools = world
    .list(API, "KafkaNodePool", namespace)
    .filter((pool) => selects({ "strimzi.io/cluster": name }, pool.metadata.labels));
  const roles = (role: string) => pools.some((pool) => listAt<string>(pool, "spec", "roles").includes(role));
  if (!roles("controller") || !roles("broker"))
    return say(
      context,
      kafka,
      "InvalidResourceException",
      "KafkaNodePools with the roles controller and broker are needed",
    );
  await world.ensure(account(kafka), MANAGER);
  for (const service of services(kafka)) await world.ensure(service, MANAGER);
  let next = 0;
  let missing = 0;
  for (const pool of pools.sort((a, b) => a.metadata.name.localeCompare(b.metadata.name))) {
    const replicas = Number(at(pool, "spec", "replicas") ?? 0);
    const ids = Array.from({ length: replicas }, () => next++);
    missing += replicas - (await runPool(context, kafka, pool, ids));
  }
  if (at(kafka, "spec", "entityOperator") !== undefined) await world.ensure(entityOperator(kafka), MANAGER);
  const entity = world.get({ apiVersion: "apps/v1", kind: "Deployment", name: `${name}-entity-operator`, namespace });
  const waits = entity !== undefined && Number(at(entity, "status", "availableReplicas") ?? 0) < 1;
  if (missing > 0) return say(context, kafka, "Creating", `${missing} Kafka nodes are not ready`);
  return waits ? say(context, kafka, "Creating", "the entity operator is not ready") : say(context, kafka);
}

/** Ready, or why not. */
async function say(context: OperatorContext, kafka: KubeObject, reason?: string, message?: string): Promise<void> {
  const { name, namespace = "" } = kafka.metadata;
  const condition: Condition =
    reason === undefined
      ? { type: "Ready", status: "True" }
      : { type: "NotReady", status: "True", reason, message: message ?? "" };
  const kept = withConditions(kafka["status"], [condition], () => context.now());
  await context.world.status(kafka, {
    // One of the two, as Strimzi writes it.
    conditions: kept.filter(({ type }) => type === condition.type),
    kafkaVersion: at(kafka, "spec", "kafka", "version") ?? "4.3.1",
    listeners: listAt<{ name: string; port: number }>(kafka, "spec", "kafka", "listeners").map((listener) => ({
      name: listener.name,
      bootstrapServers: `${name}-kafka-bootstrap.${namespace}.svc:${listener.port}`,
    })),
  });
}

async function runPool(
  context: OperatorContext,
  kafka: KubeObject,
  pool: KubeObject,
  ids: readonly number[],
): Promise<number> {
  const { world } = context;
  const { name, namespace = "" } = kafka.metadata;
  const setName = `${name}-${pool.metadata.name}`;
  const labels = { ...labelsOf(kafka, `${name}-kafka`), "strimzi.io/pool-name": pool.metadata.name };
  const set = await world.ensure(
    {
      apiVersion: PODSET,
      kind: "StrimziPodSet",
      metadata: { name: setName, namespace, labels, ownerReferences: ownedBy(pool) },
      spec: { selector: { matchLabels: labels }, pods: ids.map((id) => ({ metadata: { name: `${setName}-${id}` } })) },
    },
    MANAGER,
  );
  const members = ids.map((id) => member(kafka, pool, set, labels, `${setName}-${id}`));
  const known = world.list("v1", "Pod", namespace).filter((pod) => selects(labels, pod.metadata.labels));
  const ready = await keepMembers(context, members, known, MANAGER);
  await world.status(pool, { nodeIds: [...ids], roles: at(pool, "spec", "roles"), replicas: ids.length });
  await world.status(set, { pods: ids.length, readyPods: known.filter(isReady).length, currentPods: known.length });
  return ready;
}

function member(
  kafka: KubeObject,
  pool: KubeObject,
  set: KubeObject,
  labels: Record<string, string>,
  name: string,
): Member {
  const namespace = kafka.metadata.namespace ?? "";
  const volume = listAt(pool, "spec", "storage", "volumes")[0] ?? at(pool, "spec", "storage");
  const id = Number(at(volume, "id") ?? 0);
  const claimName = `data-${id}-${name}`;
  const template = at(pool, "spec", "template", "pod");
  const spread = listAt(template, "topologySpreadConstraints");
  const listeners = listAt<{ name: string; port: number }>(kafka, "spec", "kafka", "listeners");
  const port = (called: string, containerPort: number) => ({ name: called, containerPort, protocol: "TCP" });
  return {
    claim: {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: claimName, namespace, labels },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: at(volume, "class"),
        resources: { requests: { storage: at(volume, "size") } },
      },
    },
    pod: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace, labels: { ...labels, "strimzi.io/pod-name": name }, ownerReferences: ownedBy(set) },
      spec: {
        serviceAccountName: `${kafka.metadata.name}-kafka`,
        hostname: name,
        subdomain: `${kafka.metadata.name}-kafka-brokers`,
        terminationGracePeriodSeconds: at(template, "terminationGracePeriodSeconds") ?? 30,
        securityContext: { fsGroup: 0, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        ...(spread.length > 0 && { topologySpreadConstraints: spread }),
        containers: [
          {
            name: "kafka",
            image: `quay.io/strimzi/kafka:1.2.0-kafka-${String(at(kafka, "spec", "kafka", "version") ?? "4.3.1")}`,
            ports: [
              port("tcp-ctrlplane", 9090),
              port("tcp-replication", 9091),
              port("tcp-kafkaagent", 8443),
              ...listeners.map((listener) => port(`tcp-${listener.name}`, listener.port)),
              ...(at(kafka, "spec", "kafka", "metricsConfig") === undefined ? [] : [port("tcp-prometheus", 9404)]),
            ],
            resources: at(pool, "spec", "resources") ?? {},
            securityContext: restricted,
            volumeMounts: [
              { name: `data-${id}`, mountPath: `/var/lib/kafka/data-${id}` },
              { name: "tmp", mountPath: "/tmp" },
            ],
          },
        ],
        volumes: [
          { name: `data-${id}`, persistentVolumeClaim: { claimName } },
          { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "5Mi" } },
        ],
      },
    },
  };
}

function account(kafka: KubeObject): KubeObject {
  const { name, namespace = "" } = kafka.metadata;
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: `${name}-kafka`, namespace, ownerReferences: ownedBy(kafka) },
  };
}

function services(kafka: KubeObject): KubeObject[] {
  const { name, namespace = "" } = kafka.metadata;
  const listeners = listAt<{ name: string; port: number }>(kafka, "spec", "kafka", "listeners");
  const service = (called: string, spec: object): KubeObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: called, namespace, labels: labelsOf(kafka, called), ownerReferences: ownedBy(kafka) },
    spec: { type: "ClusterIP", selector: { "strimzi.io/cluster": name, "strimzi.io/name": `${name}-kafka` }, ...spec },
  });
  const port = (called: string, number: number) => ({
    name: called,
    port: number,
    targetPort: number,
    protocol: "TCP",
  });
  const offered = listeners.map((listener) => port(`tcp-${listener.name}`, listener.port));
  return [
    service(`${name}-kafka-bootstrap`, { ports: [port("tcp-replication", 9091), ...offered] }),
    service(`${name}-kafka-brokers`, {
      clusterIP: "None",
      publishNotReadyAddresses: true,
      ports: [port("tcp-ctrlplane", 9090), port("tcp-replication", 9091), port("tcp-kafkaagent", 8443), ...offered],
    }),
  ];
}

function entityOperator(kafka: KubeObject): KubeObject {
  const { name, namespace = "" } = kafka.metadata;
  const called = `${name}-entity-operator`;
  const selector = { "strimzi.io/cluster": name, "strimzi.io/name": called };
  const container = (what: "topicOperator" | "userOperator", containerName: string, healthPort: number) =>
    at(kafka, "spec", "entityOperator", what) === undefined
      ? []
      : [
          {
            name: containerName,
            image: "quay.io/strimzi/operator:1.2.0",
            ports: [{ name: "healthcheck", containerPort: healthPort, protocol: "TCP" }],
            resources: at(kafka, "spec", "entityOperator", what, "resources") ?? {},
            securityContext: restricted,
          },
        ];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: called, namespace, labels: labelsOf(kafka, called), ownerReferences: ownedBy(kafka) },
    spec: {
      replicas: 1,
      strategy: { type: "Recreate" },
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: { ...labelsOf(kafka, called) } },
        spec: {
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            ...container("topicOperator", "topic-operator", 8080),
            ...container("userOperator", "user-operator", 8081),
          ],
        },
      },
    },
  };
}
