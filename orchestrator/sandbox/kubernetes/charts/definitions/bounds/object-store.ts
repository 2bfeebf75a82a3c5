import type { Bounds } from "../../schema";

/** Published with the ObjectStore of chart plugin-barman-cloud 0.7.0, for the fields that are used. */
export const objectStoreBounds: Bounds = {
  "spec.configuration": {
    "x-kubernetes-validations": [
      {
        fieldPath: ".serverName",
        message: "use the 'serverName' plugin parameter in the Cluster resource",
        reason: "FieldValueForbidden",
        rule: "!has(self.serverName)",
      },
    ],
  },
  "spec.configuration.destinationPath": {
    minLength: 1,
  },
  "spec.configuration.wal.maxParallel": {
    minimum: 1,
  },
  "spec.configuration.data.jobs": {
    minimum: 1,
    format: "int32",
  },
  "spec.instanceSidecarConfiguration.resources.limits{}": {
    pattern:
      "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$",
  },
  "spec.instanceSidecarConfiguration.resources.requests{}": {
    pattern:
      "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$",
  },
  "spec.instanceSidecarConfiguration.resources.claims": {
    "x-kubernetes-list-map-keys": ["name"],
    "x-kubernetes-list-type": "map",
  },
  "spec.instanceSidecarConfiguration.logLevel": {
    default: "info",
  },
  "spec.instanceSidecarConfiguration.retentionPolicyIntervalSeconds": {
    default: 1800,
  },
  "spec.retentionPolicy": {
    pattern: "^[1-9][0-9]*[dwm]$",
  },
};
