import { definition, fields, int, list, map, open, text } from "../schema";
import { scaledObjectBounds } from "./bounds/scaled-object";

const GROUP = "keda.sh";
const versions = ["v1alpha1"];

/** Kinds of KEDA 2.20.2: the one that a probe and teams write with its fields, the others open. */
export const kedaDefinitions = [
  definition({
    group: GROUP,
    kind: "ScaledObject",
    versions,
    bounds: scaledObjectBounds,
    spec: fields({
      "scaleTargetRef!": fields({
        apiVersion: text(),
        envSourceContainerName: text(),
        kind: text(),
        "name!": text(),
      }),
      pollingInterval: int,
      cooldownPeriod: int,
      initialCooldownPeriod: int,
      idleReplicaCount: int,
      minReplicaCount: int,
      maxReplicaCount: int,
      fallback: open,
      advanced: open,
      "triggers!": list(
        fields({
          "type!": text(),
          name: text(),
          metricType: text(),
          useCachedMetrics: { type: "boolean" },
          "metadata!": map,
          authenticationRef: fields({
            kind: text("TriggerAuthentication", "ClusterTriggerAuthentication"),
            "name!": text(),
          }),
        }),
      ),
    }),
  }),
  definition({ group: GROUP, kind: "ScaledJob", versions }),
  definition({ group: GROUP, kind: "TriggerAuthentication", versions }),
  definition({ group: GROUP, kind: "ClusterTriggerAuthentication", scope: "Cluster", versions }),
  definition({ group: `eventing.${GROUP}`, kind: "CloudEventSource", versions }),
  definition({ group: `eventing.${GROUP}`, kind: "ClusterCloudEventSource", scope: "Cluster", versions }),
];
