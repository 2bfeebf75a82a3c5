import type { Bounds } from "../../schema";

/** Published with the Application of chart argo-cd (Argo CD 3.4), for the fields that are used. */
export const applicationBounds: Bounds = {
  "spec.syncPolicy.retry.limit": {
    format: "int64",
  },
  "spec.syncPolicy.retry.backoff.factor": {
    format: "int64",
  },
  "spec.revisionHistoryLimit": {
    format: "int64",
  },
};
