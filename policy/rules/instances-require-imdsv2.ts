import { fsbp } from "../framework";
import { isKind } from "../kind";
import { resourceRule, shown } from "../rule";
import { count } from "../setting";
import { at, isAbsent, items, text, UNKNOWN, type Value } from "../value";

const launchTemplate = "aws:ec2/launchTemplate:LaunchTemplate";
const instance = "aws:ec2/instance:Instance";
const nodeClass = isKind("karpenter.k8s.aws/EC2NodeClass");

/** IMDSv1 hands the node's credentials to any request a pod can be talked into sending. */
export const instancesRequireImdsv2 = resourceRule<{ hopLimit: number }>({
  name: "instances-require-imdsv2",
  description: "Every instance demands IMDSv2 session tokens and answers no further than itself.",
  severity: "high",
  framework: fsbp("EC2.8", "EC2 instances should use Instance Metadata Service Version 2 (IMDSv2)."),
  requirement: "E5.1",
  remediation: "Set metadataOptions.httpTokens: required and httpPutResponseHopLimit: 1.",
  url: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
  settings: { hopLimit: count("hops a token may travel; pods sit one hop beyond the node", 1) },
  applies: (type) => type === launchTemplate || type === instance || nodeClass(type),
  judge(subject, verdict, { hopLimit }) {
    const options = nodeClass(subject.type)
      ? at(subject.properties, "spec", "metadataOptions")
      : first(subject.properties["metadataOptions"]);
    if (options === UNKNOWN) return verdict.undecided("metadataOptions");
    const tokens = at(options, "httpTokens");
    const hops = at(options, "httpPutResponseHopLimit");
    if (tokens === UNKNOWN) verdict.undecided("metadataOptions.httpTokens");
    else if (tokens !== "required")
      verdict.violation(`metadataOptions.httpTokens is ${isAbsent(tokens) ? "not set" : text(tokens)}`);
    if (hops === UNKNOWN) verdict.undecided("metadataOptions.httpPutResponseHopLimit");
    else if (typeof hops !== "number" || hops > hopLimit || hops < 1)
      verdict.violation(`metadataOptions.httpPutResponseHopLimit is ${shown(hops)}`);
  },
});

function first(value: Value): Value {
  const list = items(value);
  return list === UNKNOWN || list.length === 0 ? value : list[0];
}
