import type { Bounds } from "../../schema";

/** Published with the Certificate of chart cert-manager v1.21.1, for the fields that are used. */
export const certificateBounds: Bounds = {
  "spec.renewBeforePercentage": {
    format: "int32",
  },
  "spec.revisionHistoryLimit": {
    format: "int32",
  },
};
