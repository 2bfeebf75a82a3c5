import type { Bounds } from "../../schema";

/** Published with the ScaledObject of chart keda 2.20.2, for the fields that are used. */
export const scaledObjectBounds: Bounds = {
  spec: {
    "x-kubernetes-validations": [
      {
        message: "minReplicaCount must be less than or equal to maxReplicaCount",
        rule: "!has(self.minReplicaCount) || self.minReplicaCount <= (has(self.maxReplicaCount) ? self.maxReplicaCount : 100)",
      },
    ],
  },
  "spec.scaleTargetRef.name": {
    minLength: 1,
  },
  "spec.pollingInterval": {
    minimum: 1,
    format: "int32",
  },
  "spec.cooldownPeriod": {
    minimum: 0,
    format: "int32",
  },
  "spec.initialCooldownPeriod": {
    minimum: 0,
    format: "int32",
  },
  "spec.idleReplicaCount": {
    minimum: 0,
    format: "int32",
  },
  "spec.minReplicaCount": {
    minimum: 0,
    format: "int32",
  },
  "spec.maxReplicaCount": {
    minimum: 1,
    format: "int32",
  },
  "spec.triggers": {
    minItems: 1,
  },
  "spec.triggers[].type": {
    minLength: 1,
  },
};
