import { platform } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { items, UNKNOWN } from "../value";

/** Nobody makes a bare pod anew when its node goes away, and on spot every node does. */
export const podsHaveAController = resourceRule({
  name: "pods-have-a-controller",
  description: "Pods are made by a Deployment, StatefulSet, DaemonSet or Job, not declared bare.",
  severity: "low",
  framework: platform("I1.7", "Loss of a pod, node and zone has a known outcome."),
  requirement: "I1.7",
  remediation: "Declare a Deployment, or a Job for what runs once.",
  url: "https://kubernetes.io/docs/concepts/workloads/pods/#using-pods",
  levels: { dev: "advisory", staging: "advisory", production: "advisory" },
  applies: isKind("/Pod"),
  judge(subject, verdict) {
    if (subject.type.endsWith("Patch")) return;
    const owners = items(subject.metadata["ownerReferences"]);
    if (owners === UNKNOWN) verdict.undecided("metadata.ownerReferences");
    else if (owners.length === 0) verdict.violation("the pod has no controller that would replace it");
  },
});
