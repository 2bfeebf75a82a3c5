import { shown, type ResourceRule } from "../rule";
import { at, isAbsent, items, UNKNOWN, type Value } from "../value";

const launchTemplate = "aws:ec2/launchTemplate:LaunchTemplate";
const instance = "aws:ec2/instance:Instance";
const nodeClass = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass";

/** One hop keeps the credentials of the node away from pods, which sit one hop further. */
const HOP_LIMIT = 1;

/** IMDSv1 hands the node's credentials to any request a pod can be talked into sending. */
export const instancesRequireImdsv2: ResourceRule = {
  scope: "resource",
  name: "instances-require-imdsv2",
  description: "Every instance demands IMDSv2 session tokens and answers no further than itself.",
  severity: "high",
  requirement: "E5.1",
  remediation: "Set metadataOptions.httpTokens: required and httpPutResponseHopLimit: 1.",
  url: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
  applies: (type) => type === launchTemplate || type === instance || type === nodeClass,
  judge(subject, verdict) {
    const options =
      subject.type === nodeClass
        ? at(subject.properties, "spec", "metadataOptions")
        : first(subject.properties["metadataOptions"]);
    if (options === UNKNOWN) return verdict.undecided("metadataOptions");
    const tokens = at(options, "httpTokens");
    const hops = at(options, "httpPutResponseHopLimit");
    if (tokens === UNKNOWN) verdict.undecided("metadataOptions.httpTokens");
    else if (tokens !== "required")
      verdict.violation(`metadataOptions.httpTokens is ${isAbsent(tokens) ? "not set" : String(tokens)}`);
    if (hops === UNKNOWN) verdict.undecided("metadataOptions.httpPutResponseHopLimit");
    else if (hops !== HOP_LIMIT) verdict.violation(`metadataOptions.httpPutResponseHopLimit is ${shown(hops)}`);
  },
};

function first(value: Value): Value {
  const list = items(value);
  return list === UNKNOWN || list.length === 0 ? value : list[0];
}
