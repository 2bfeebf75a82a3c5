import { expect } from "chai";
import { instancesRequireImdsv2 as rule } from "../../../policy/rules/instances-require-imdsv2";
import { judge, unknown } from "../../support/policy";

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass";
const good = { httpTokens: "required", httpPutResponseHopLimit: 1 };

describe("policy instances-require-imdsv2", () => {
  it("accepts required tokens that stay on the node, in every kind", () => {
    expect(judge(rule, TEMPLATE, { metadataOptions: good }).violations).to.deep.equal([]);
    expect(judge(rule, "aws:ec2/instance:Instance", { metadataOptions: good }).violations).to.deep.equal([]);
    expect(judge(rule, NODE_CLASS, { spec: { metadataOptions: good } }).violations).to.deep.equal([]);
  });
  it("refuses what says nothing, since IMDSv1 is then allowed", () => {
    expect(judge(rule, TEMPLATE, {}).violations.join()).to.include("httpTokens is not set");
    expect(judge(rule, NODE_CLASS, { spec: {} }).violations).to.have.length(2);
  });
  it("refuses optional tokens", () => {
    expect(
      judge(rule, TEMPLATE, { metadataOptions: { ...good, httpTokens: "optional" } }).violations.join(),
    ).to.include("httpTokens is optional");
  });
  it("refuses a second hop, which is where pods are", () => {
    expect(
      judge(rule, TEMPLATE, { metadataOptions: { ...good, httpPutResponseHopLimit: 2 } }).violations.join(),
    ).to.include("HopLimit is 2");
  });
  it("leaves unknown options open", () =>
    expect(judge(rule, TEMPLATE, { metadataOptions: unknown }).undecided).to.have.length(1));
  it("leaves other types alone", () => expect(judge(rule, "aws:ec2/vpc:Vpc", {}).notApplicable).to.equal(true));
});
