import type { Bounds } from "../../schema";

/** Published with the VerticalPodAutoscaler of chart vertical-pod-autoscaler (1.7.1), for the fields that are used. */
export const verticalPodAutoscalerBounds: Bounds = {
  "spec.updatePolicy.minReplicas": {
    format: "int32",
  },
};
