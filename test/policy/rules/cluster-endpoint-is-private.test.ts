import { expect } from "chai";
import { clusterEndpointIsPrivate as rule } from "../../../policy/rules/cluster-endpoint-is-private";
import { judge, unknown } from "../../support/policy";

const EKS = "eks:index:Cluster";
const AWS = "aws:eks/cluster:Cluster";

describe("policy cluster-endpoint-is-private", () => {
  it("[A2.4] accepts a private endpoint, and a public one with a list of networks", () => {
    expect(judge(rule, EKS, { endpointPublicAccess: false }).violations).to.deep.equal([]);
    expect(
      judge(rule, EKS, { endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] }).violations,
    ).to.deep.equal([]);
    expect(judge(rule, AWS, { vpcConfig: { endpointPublicAccess: false } }).violations).to.deep.equal([]);
  });
  it("[A2.4] refuses a cluster that says nothing, since AWS then makes it public", () => {
    expect(judge(rule, EKS, {}).violations).to.have.length(1);
    expect(judge(rule, AWS, { vpcConfig: {} }).violations).to.have.length(1);
  });
  it("[A2.4] refuses the whole world, in IPv4 and IPv6", () => {
    for (const cidr of ["0.0.0.0/0", "::/0"]) {
      const { violations } = judge(rule, EKS, {
        endpointPublicAccess: true,
        publicAccessCidrs: ["203.0.113.0/24", cidr],
      });
      expect(violations.join()).to.include("open to the world");
    }
  });
  it("leaves unknown settings open", () => {
    expect(judge(rule, EKS, { endpointPublicAccess: unknown }).undecided).to.have.length(1);
    expect(judge(rule, EKS, { endpointPublicAccess: true, publicAccessCidrs: unknown }).undecided).to.have.length(1);
  });
  it("leaves other types alone", () => expect(judge(rule, "aws:ec2/vpc:Vpc", {}).notApplicable).to.equal(true));
});
