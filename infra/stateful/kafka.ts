import type { PlatformConfig } from "../config";

/** Name of the Kafka cluster, its pool of nodes and the Service that clients begin with. */
export const KAFKA = {
  cluster: "events",
  pool: "brokers",
  bootstrap: "events-kafka-bootstrap",
  /** Where clients come in: TLS, and a certificate of their own. */
  port: 9093,
  /** Among brokers, controllers and their operator (Strimzi, network policies): control plane, replication, agent. */
  inner: [9090, 9091, 8443],
  metricsConfig: "events-metrics",
  metricsKey: "rules.yml",
} as const;

/** The default of Strimzi 1.2.0, said so that an upgrade of the operator does not upgrade brokers along. */
const VERSION = "4.3.1";
const ZONE = "topology.kubernetes.io/zone";
/** Three, so that one may be away while a second is updated; a single broker keeps one copy of everything. */
const BROKERS = 3;

/** One broker per zone where availability counts, else one in all. */
export function brokersOf({ highAvailability }: Pick<PlatformConfig, "highAvailability">): number {
  return highAvailability ? BROKERS : 1;
}

/** Spec of the KafkaNodePool: brokers that are controllers too, each with a volume that outlives it (A11.1, A11.3). */
export function nodePoolSpec(config: PlatformConfig) {
  const brokers = brokersOf(config);
  return {
    replicas: brokers,
    roles: ["controller", "broker"],
    storage: {
      type: "jbod",
      volumes: [
        {
          id: 0,
          type: "persistent-claim",
          size: `${config.stateful.kafka.diskGib}Gi`,
          class: "gp3",
          // The data stays when somebody deletes the cluster's object.
          deleteClaim: false,
          kraftMetadata: "shared",
        },
      ],
    },
    // Half for the heap, half for the page cache, which is where Kafka reads from.
    jvmOptions: { "-Xms": "1024m", "-Xmx": "1024m" },
    resources: { requests: { cpu: "250m", memory: "2Gi" }, limits: { cpu: "1", memory: "2Gi" } },
    template: {
      pod: {
        // Leaders move away before a broker goes.
        terminationGracePeriodSeconds: 120,
        // A volume is in one zone for good: its broker must not be where another's is (A11.3).
        topologySpreadConstraints:
          brokers === 1
            ? []
            : [
                {
                  maxSkew: 1,
                  topologyKey: ZONE,
                  whenUnsatisfiable: "DoNotSchedule",
                  labelSelector: {
                    matchLabels: { "strimzi.io/cluster": KAFKA.cluster, "strimzi.io/pool-name": KAFKA.pool },
                  },
                },
              ],
      },
    },
  };
}

/** Spec of the Kafka resource: KRaft, one listener inside the cluster, data in three zones (A11.1, A11.3, A11.4). */
export function kafkaSpec(config: PlatformConfig) {
  const copies = brokersOf(config);
  // What is acknowledged is on two volumes, and one broker may be away.
  const inSync = Math.max(1, copies - 1);
  const operator = {
    resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
  };
  return {
    kafka: {
      version: VERSION,
      listeners: [
        // Inside only: no route, no load balancer; who comes in shows a certificate.
        { name: "tls", port: KAFKA.port, type: "internal", tls: true, authentication: { type: "tls" } },
      ],
      authorization: { type: "simple" },
      config: {
        // Topics are declared as KafkaTopic, not made by a misspelt name.
        "auto.create.topics.enable": "false",
        "default.replication.factor": String(copies),
        "min.insync.replicas": String(inSync),
        "offsets.topic.replication.factor": String(copies),
        "transaction.state.log.replication.factor": String(copies),
        "transaction.state.log.min.isr": String(inSync),
      },
      // Copies of a partition are spread over zones as brokers are.
      rack: { topologyKey: ZONE },
      metricsConfig: {
        type: "jmxPrometheusExporter",
        valueFrom: { configMapKeyRef: { name: KAFKA.metricsConfig, key: KAFKA.metricsKey } },
      },
    },
    entityOperator: { topicOperator: operator, userOperator: operator },
  };
}

/**
 * Rules of the JMX exporter: only what alerts read. Memory and garbage collection of the JVM it exposes by itself
 * (https://github.com/prometheus/jmx_exporter).
 */
export const jmxRules = {
  lowercaseOutputName: true,
  rules: [
    {
      pattern: "kafka.log<type=LogFlushStats, name=LogFlushRateAndTimeMs><>99thPercentile",
      name: "kafka_log_flush_milliseconds",
      type: "GAUGE",
      labels: { quantile: "0.99" },
    },
    {
      pattern: "kafka.server<type=ReplicaManager, name=UnderReplicatedPartitions><>Value",
      name: "kafka_under_replicated_partitions",
      type: "GAUGE",
    },
  ],
};
