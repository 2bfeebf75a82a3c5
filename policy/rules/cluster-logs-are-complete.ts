import { fsbp } from "../framework";
import { resourceRule } from "../rule";
import { items, UNKNOWN } from "../value";

/** https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html */
const TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/** Who did what to the cluster is in the audit log or nowhere. */
export const clusterLogsAreComplete = resourceRule({
  name: "cluster-logs-are-complete",
  description: "Every EKS cluster sends all five control plane logs.",
  severity: "medium",
  framework: fsbp("EKS.8", "EKS clusters should have audit logging enabled."),
  requirement: "A2.6",
  remediation: "Set enabledClusterLogTypes to api, audit, authenticator, controllerManager and scheduler.",
  url: "https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html",
  levels: { dev: "advisory" },
  applies: (type) => type === "eks:index:Cluster" || type === "aws:eks/cluster:Cluster",
  judge({ properties }, verdict) {
    const types = items(properties["enabledClusterLogTypes"]);
    if (types === UNKNOWN || types.includes(UNKNOWN)) return verdict.undecided("enabledClusterLogTypes");
    const missing = TYPES.filter((type) => !types.includes(type));
    if (missing.length > 0) verdict.violation(`control plane logs ${missing.join(", ")} are off`);
  },
});
