import { platform } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { count } from "../setting";
import { at, isAbsent, UNKNOWN } from "../value";

/** Beyond this the kubelet falls behind on its own probes (https://kubernetes.io/docs/setup/best-practices/cluster-large/). */
const MOST = 110;

/** One node that carries half of everything is one failure that takes half of everything. */
export const nodesLimitTheirPods = resourceRule<{ maximum: number }>({
  name: "nodes-limit-their-pods",
  description: "A node class sets no more pods per node than Kubernetes is tested with.",
  severity: "low",
  framework: platform("A3.1", "Node pools have a stated capacity."),
  requirement: "A3.1",
  remediation: "Set spec.kubelet.maxPods to 110 or less, or leave it to the instance type.",
  url: "https://kubernetes.io/docs/setup/best-practices/cluster-large/",
  settings: { maximum: count("pods on one node", MOST) },
  applies: isKind("karpenter.k8s.aws/EC2NodeClass"),
  judge({ properties }, verdict, { maximum }) {
    const most = at(properties["spec"], "kubelet", "maxPods");
    if (most === UNKNOWN) verdict.undecided("spec.kubelet.maxPods");
    else if (!isAbsent(most) && Number(most) > maximum) verdict.violation(`spec.kubelet.maxPods is above ${maximum}`);
  },
});
