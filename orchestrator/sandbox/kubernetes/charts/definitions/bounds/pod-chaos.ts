import type { Bounds } from "../../schema";

/** Published with the PodChaos of chart chaos-mesh 2.8.3, for the fields that are used. */
export const podChaosBounds: Bounds = {
  "spec.gracePeriod": {
    minimum: 0,
    format: "int64",
  },
};
