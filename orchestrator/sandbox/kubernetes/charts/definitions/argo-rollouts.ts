import { definition } from "../schema";

/** Kinds of Argo Rollouts 1.9. Open: a team's repository writes them, the platform's program does not. */
const kind = (name: string, more: { scope?: "Cluster"; scale?: object } = {}) =>
  definition({
    group: "argoproj.io",
    kind: name,
    versions: ["v1alpha1"],
    annotations: { "helm.sh/resource-policy": "keep" },
    ...more,
  });

export const argoRolloutsDefinitions = [
  kind("AnalysisRun"),
  kind("AnalysisTemplate"),
  kind("ClusterAnalysisTemplate", { scope: "Cluster" }),
  kind("Experiment"),
  kind("Rollout", {
    // By which an autoscaler sets the number of copies (published with the definition).
    scale: {
      specReplicasPath: ".spec.replicas",
      statusReplicasPath: ".status.HPAReplicas",
      labelSelectorPath: ".status.selector",
    },
  }),
];
