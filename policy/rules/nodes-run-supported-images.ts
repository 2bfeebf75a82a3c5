import { platform } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { at, isAbsent, items, text, UNKNOWN, type Value } from "../value";

const nodeClass = isKind("karpenter.k8s.aws/EC2NodeClass");
const groups: ReadonlySet<string> = new Set([
  "aws:eks/nodeGroup:NodeGroup",
  "eks:index:ManagedNodeGroup",
  "eks:index:NodeGroupV2",
  "eks:index:NodeGroup",
]);

/** AL2 images ended with Kubernetes 1.32: no kernel fixes, no newer kubelet. */
export const nodesRunSupportedImages = resourceRule({
  name: "nodes-run-supported-images",
  description: "No node runs Amazon Linux 2, which is retired.",
  severity: "high",
  framework: platform("E6.6", "Retired choices (AL2 among them) refused with the replacement named."),
  requirement: "E6.6",
  remediation: "Use AL2023 or Bottlerocket: amiType AL2023_ARM_64_STANDARD, or alias al2023@ and a version.",
  url: "https://docs.aws.amazon.com/eks/latest/userguide/eks-ami-deprecation-faqs.html",
  applies: (type) => groups.has(type) || nodeClass(type),
  judge({ type, properties }, verdict) {
    const named: [string, Value][] = nodeClass(type)
      ? [["spec.amiFamily", at(properties["spec"], "amiFamily")]]
      : [
          ["amiType", properties["amiType"]],
          ["operatingSystem", properties["operatingSystem"]],
        ];
    const terms = nodeClass(type) ? items(at(properties["spec"], "amiSelectorTerms")) : [];
    if (terms === UNKNOWN) verdict.undecided("spec.amiSelectorTerms");
    else terms.forEach((term, index) => named.push([`spec.amiSelectorTerms[${index}].alias`, at(term, "alias")]));
    for (const [place, value] of named) {
      if (value === UNKNOWN) verdict.undecided(place);
      else if (!isAbsent(value) && /^al2(?:[@_]|$)/i.test(text(value))) verdict.violation(`${place} is Amazon Linux 2`);
    }
  },
});
