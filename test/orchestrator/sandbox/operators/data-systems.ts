import type { KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";

export const kafkaObject = (more: object = {}): KubeObject => ({
  apiVersion: "kafka.strimzi.io/v1",
  kind: "Kafka",
  metadata: { name: "events", namespace: "kafka" },
  spec: {
    kafka: {
      version: "4.3.1",
      listeners: [{ name: "tls", port: 9093, type: "internal", tls: true, authentication: { type: "tls" } }],
      metricsConfig: { type: "jmxPrometheusExporter", valueFrom: { configMapKeyRef: { name: "m", key: "k" } } },
    },
    entityOperator: { topicOperator: {} },
    ...more,
  },
});
export const poolObject = (replicas: number, roles = ["controller", "broker"]): KubeObject => ({
  apiVersion: "kafka.strimzi.io/v1",
  kind: "KafkaNodePool",
  metadata: { name: "brokers", namespace: "kafka", labels: { "strimzi.io/cluster": "events" } },
  spec: {
    replicas,
    roles,
    storage: { type: "jbod", volumes: [{ id: 0, type: "persistent-claim", size: "10Gi", class: "gp3" }] },
    template: {
      pod: {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "topology.kubernetes.io/zone",
            whenUnsatisfiable: "DoNotSchedule",
            labelSelector: { matchLabels: { "strimzi.io/cluster": "events", "strimzi.io/pool-name": "brokers" } },
          },
        ],
      },
    },
  },
});
export const databaseObject = (instances: number, archived = true): KubeObject => ({
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "Cluster",
  metadata: { name: "checkout", namespace: "data" },
  spec: {
    instances,
    storage: { size: "10Gi", storageClass: "gp3" },
    affinity: { topologyKey: "topology.kubernetes.io/zone", podAntiAffinityType: "required" },
    bootstrap: { initdb: { database: "checkout", owner: "checkout" } },
    ...(archived && {
      plugins: [
        { name: "barman-cloud.cloudnative-pg.io", isWALArchiver: true, parameters: { barmanObjectName: "store" } },
      ],
    }),
  },
});
export const storeObject: KubeObject = {
  apiVersion: "barmancloud.cnpg.io/v1",
  kind: "ObjectStore",
  metadata: { name: "store", namespace: "data" },
  spec: { configuration: { destinationPath: "s3://archive/", s3Credentials: { inheritFromIAMRole: true } } },
};
export const scheduleObject: KubeObject = {
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "ScheduledBackup",
  metadata: { name: "daily", namespace: "data" },
  spec: {
    schedule: "0 0 3 * * *",
    immediate: true,
    cluster: { name: "checkout" },
    method: "plugin",
    pluginConfiguration: { name: "barman-cloud.cloudnative-pg.io" },
  },
};
/** Charts of data operators with all that their stand-ins need. */
export const dataCharts = {
  kafka: { chart: "strimzi-kafka-operator", version: "1.2.0", namespace: "kafka" },
  postgres: { chart: "cloudnative-pg", version: "0.29.0", namespace: "cnpg-system" },
  plugin: { chart: "plugin-barman-cloud", version: "0.7.0", namespace: "cnpg-system" },
} as const;
