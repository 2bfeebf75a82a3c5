import type { Bounds } from "../../schema";

/** Published with the KafkaNodePool of chart strimzi-kafka-operator 1.2.0, for the fields that are used. */
export const kafkaNodePoolBounds: Bounds = {
  "spec.replicas": {
    minimum: 0,
  },
  "spec.storage.id": {
    minimum: 0,
  },
  "spec.storage.sizeLimit": {
    pattern: "^([0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$",
  },
  "spec.storage.volumes[].id": {
    minimum: 0,
  },
  "spec.storage.volumes[].sizeLimit": {
    pattern: "^([0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$",
  },
  "spec.resources.limits{}": {
    pattern:
      "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$",
  },
  "spec.resources.requests{}": {
    pattern:
      "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$",
  },
  "spec.jvmOptions.-Xms": {
    pattern: "^[0-9]+[mMgG]?$",
  },
  "spec.jvmOptions.-Xmx": {
    pattern: "^[0-9]+[mMgG]?$",
  },
  "spec.template.pod.terminationGracePeriodSeconds": {
    minimum: 0,
  },
};
