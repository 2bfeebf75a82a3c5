import { bool, definition, fields, int, list, map, open, resources, selector, text } from "../schema";
import { kafkaBounds } from "./bounds/kafka";
import { kafkaNodePoolBounds } from "./bounds/kafka-node-pool";

/** Kinds of Strimzi 1.2.0, with the fields the platform writes. */
const GROUP = "kafka.strimzi.io";

const jvmOptions = fields({
  "-Xms": text(),
  "-Xmx": text(),
  "-XX": open,
  gcLoggingEnabled: bool,
  javaSystemProperties: list(open),
});
const volume = {
  "type!": text("ephemeral", "persistent-claim"),
  id: int,
  size: text(),
  class: text(),
  deleteClaim: bool,
  kraftMetadata: text("shared"),
  selector: open,
  sizeLimit: text(),
  volumeAttributesClass: text(),
};
const spread = fields({
  maxSkew: int,
  topologyKey: text(),
  whenUnsatisfiable: text(),
  minDomains: int,
  labelSelector: selector,
});
const nodePool = fields({
  "replicas!": int,
  "roles!": list(text("controller", "broker")),
  "storage!": fields({
    ...volume,
    "type!": text("ephemeral", "persistent-claim", "jbod"),
    volumes: list(fields(volume)),
  }),
  resources,
  jvmOptions,
  template: fields({
    pod: fields({ terminationGracePeriodSeconds: int, topologySpreadConstraints: list(spread) }),
  }),
});
const listener = fields({
  "name!": text(),
  "port!": int,
  "type!": text("internal", "route", "tlsroute", "loadbalancer", "nodeport", "ingress", "cluster-ip"),
  "tls!": bool,
  authentication: fields({ "type!": text("tls", "scram-sha-512", "custom"), sasl: bool, listenerConfig: open }),
  configuration: open,
  networkPolicyPeers: list(open),
});
const metricsConfig = fields({
  "type!": text("jmxPrometheusExporter", "strimziMetricsReporter"),
  valueFrom: fields({ configMapKeyRef: fields({ key: text(), name: text(), optional: bool }) }),
  values: fields({ allowList: list(text()) }),
});
const operator = fields({
  watchedNamespace: text(),
  image: text(),
  reconciliationIntervalMs: int,
  resources,
  jvmOptions,
  logging: open,
});
const kafka = fields({
  "kafka!": fields({
    version: text(),
    metadataVersion: text(),
    image: text(),
    "listeners!": list(listener),
    config: map,
    authorization: fields({ "type!": text("simple", "custom"), superUsers: list(text()), authorizerClass: text() }),
    rack: fields({ type: text("topology-label", "environment-variable"), topologyKey: text(), envVarName: text() }),
    metricsConfig,
    jvmOptions,
    livenessProbe: open,
    readinessProbe: open,
    logging: open,
    template: open,
    quotas: open,
  }),
  entityOperator: fields({ topicOperator: operator, userOperator: operator, template: open }),
  clusterCa: open,
  clientsCa: open,
  cruiseControl: open,
  kafkaExporter: open,
  maintenanceTimeWindows: list(text()),
});
const podSet = fields({
  "selector!": fields({ matchLabels: map, matchExpressions: list(open) }),
  "pods!": list(open),
});

export const strimziDefinitions = [
  definition({ group: GROUP, kind: "Kafka", versions: ["v1"], spec: kafka, bounds: kafkaBounds }),
  definition({ group: GROUP, kind: "KafkaNodePool", versions: ["v1"], spec: nodePool, bounds: kafkaNodePoolBounds }),
  definition({ group: "core.strimzi.io", kind: "StrimziPodSet", versions: ["v1"], spec: podSet }),
  ...[
    "KafkaConnect",
    "KafkaTopic",
    "KafkaUser",
    "KafkaBridge",
    "KafkaConnector",
    "KafkaMirrorMaker2",
    "KafkaRebalance",
  ].map((kind) => definition({ group: GROUP, kind, versions: ["v1"] })),
];
