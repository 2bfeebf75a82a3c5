import { definition, fields, list, open, text } from "../schema";
import { verticalPodAutoscalerBounds } from "./bounds/vertical-pod-autoscaler";

const GROUP = "autoscaling.k8s.io";

/** Kinds of the vertical pod autoscaler 1.7.1. */
export const verticalPodAutoscalerDefinitions = [
  definition({ group: GROUP, kind: "VerticalPodAutoscalerCheckpoint", versions: ["v1"] }),
  definition({
    group: GROUP,
    kind: "VerticalPodAutoscaler",
    versions: ["v1"],
    bounds: verticalPodAutoscalerBounds,
    spec: fields({
      "targetRef!": fields({ apiVersion: text(), "kind!": text(), "name!": text() }),
      updatePolicy: fields({
        updateMode: text("Off", "Initial", "Recreate", "InPlaceOrRecreate", "InPlace", "Auto"),
        minReplicas: { type: "integer" },
      }),
      resourcePolicy: fields({ containerPolicies: list(open) }),
      recommenders: list(open),
    }),
  }),
];
