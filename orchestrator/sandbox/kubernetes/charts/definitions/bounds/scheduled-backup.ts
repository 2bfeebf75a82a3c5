import type { Bounds } from "../../schema";

/** Published with the ScheduledBackup of chart cloudnative-pg 0.29.0 (CloudNativePG 1.30.0), for the fields that are used. */
export const scheduledBackupBounds: Bounds = {
  "spec.cluster": {
    "x-kubernetes-validations": [
      {
        message: "cluster reference is immutable after creation",
        rule: "self == oldSelf",
      },
    ],
  },
  "spec.backupOwnerReference": {
    default: "none",
  },
  "spec.method": {
    default: "barmanObjectStore",
  },
};
