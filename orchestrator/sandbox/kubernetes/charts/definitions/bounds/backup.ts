import type { Bounds } from "../../schema";

/** Published with the Backup of chart cloudnative-pg 0.29.0 (CloudNativePG 1.30.0), for the fields that are used. */
export const backupBounds: Bounds = {
  spec: {
    "x-kubernetes-validations": [
      {
        message: "BackupSpec is immutable once set",
        rule: "oldSelf == self",
      },
    ],
  },
  "spec.method": {
    default: "barmanObjectStore",
  },
};
