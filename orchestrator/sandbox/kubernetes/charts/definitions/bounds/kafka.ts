import type { Bounds } from "../../schema";

/** Published with the Kafka of chart strimzi-kafka-operator 1.2.0, for the fields that are used. */
export const kafkaBounds: Bounds = {
  "spec.kafka.listeners": {
    minItems: 1,
  },
  "spec.kafka.listeners[].name": {
    pattern: "^[a-z0-9]{1,11}$",
  },
  "spec.kafka.listeners[].port": {
    minimum: 9092,
  },
  "spec.kafka.rack": {
    "x-kubernetes-validations": [
      {
        rule: '(has(self.type) && self.type != "topology-label") || self.topologyKey != ""',
        message: "topologyKey property is required",
      },
      {
        rule: 'has(self.type) == false || self.type != "environment-variable" || self.envVarName != ""',
        message: "envVarName property is required",
      },
    ],
  },
  "spec.kafka.metricsConfig": {
    "x-kubernetes-validations": [
      {
        rule: "self.type != 'jmxPrometheusExporter' || has(self.valueFrom)",
        message: "valueFrom property is required",
      },
    ],
  },
  "spec.kafka.jvmOptions.-Xms": {
    pattern: "^[0-9]+[mMgG]?$",
  },
  "spec.kafka.jvmOptions.-Xmx": {
    pattern: "^[0-9]+[mMgG]?$",
  },
  "spec.entityOperator.topicOperator.reconciliationIntervalMs": {
    minimum: 0,
  },
  "spec.entityOperator.topicOperator.resources.limits{}": {
    pattern:
      "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$",
  },
  "spec.entityOperator.topicOperator.resources.requests{}": {
    pattern:
      "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$",
  },
  "spec.entityOperator.topicOperator.jvmOptions.-Xms": {
    pattern: "^[0-9]+[mMgG]?$",
  },
  "spec.entityOperator.topicOperator.jvmOptions.-Xmx": {
    pattern: "^[0-9]+[mMgG]?$",
  },
  "spec.entityOperator.userOperator.reconciliationIntervalMs": {
    minimum: 0,
  },
  "spec.entityOperator.userOperator.resources.limits{}": {
    pattern:
      "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$",
  },
  "spec.entityOperator.userOperator.resources.requests{}": {
    pattern:
      "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$",
  },
  "spec.entityOperator.userOperator.jvmOptions.-Xms": {
    pattern: "^[0-9]+[mMgG]?$",
  },
  "spec.entityOperator.userOperator.jvmOptions.-Xmx": {
    pattern: "^[0-9]+[mMgG]?$",
  },
};
