import type { Bounds } from "../../schema";

/** Published with the BackupStorageLocation of chart velero (Velero 1.18), for the fields that are used. */
export const backupStorageLocationBounds: Bounds = {
  "spec.objectStorage.caCert": {
    format: "byte",
  },
};
