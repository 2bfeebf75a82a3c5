import type { Bounds } from "../../schema";

/** Published with the NetworkChaos of chart chaos-mesh 2.8.3, for the fields that are used. */
export const networkChaosBounds: Bounds = {
  "spec.delay.latency": {
    pattern: "^[0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h)$",
  },
  "spec.delay.jitter": {
    pattern: "^[0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h)$",
  },
  "spec.direction": {
    default: "to",
  },
};
