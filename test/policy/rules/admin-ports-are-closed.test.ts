import { expect } from "chai";
import { adminPortsAreClosed as rule } from "../../../policy/rules/admin-ports-are-closed";
import { judge, unknown } from "../../support/policy";

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

describe("policy admin-ports-are-closed", () => {
  it("accepts the world on 443 and a named network on 22", () => {
    const ingress = [
      { protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] },
      { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["10.0.0.0/8"] },
    ];
    expect(judge(rule, GROUP, { ingress }).violations).to.deep.equal([]);
  });
  for (const port of [22, 3389, 2379, 6443, 10250]) {
    it(`refuses the world on port ${port}, in every form of rule`, () => {
      const legacy = { type: "ingress", protocol: "tcp", fromPort: port, toPort: port, cidrBlocks: ["0.0.0.0/0"] };
      const single = { ipProtocol: "tcp", fromPort: port, toPort: port, cidrIpv6: "::/0" };
      expect(judge(rule, GROUP, { ingress: [legacy] }).violations).to.have.length(1);
      expect(judge(rule, RULE, legacy).violations).to.have.length(1);
      expect(judge(rule, INGRESS, single).violations.join()).to.include(`opens port ${port}`);
    });
  }
  it("refuses a range that includes an administration port", () => {
    const range = { ipProtocol: "tcp", fromPort: 0, toPort: 1024, cidrIpv4: "0.0.0.0/0" };
    expect(judge(rule, INGRESS, range).violations.join()).to.include("opens port 22");
  });
  it("refuses every protocol to the world", () => {
    expect(judge(rule, INGRESS, { ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" }).violations).to.have.length(1);
  });
  it("asks nothing of egress", () => {
    expect(judge(rule, RULE, { type: "egress", protocol: "-1", cidrBlocks: ["0.0.0.0/0"] }).violations).to.deep.equal(
      [],
    );
  });
  it("leaves an unknown source or port open", () => {
    expect(
      judge(rule, INGRESS, { ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: unknown }).undecided,
    ).to.have.length(1);
    expect(
      judge(rule, INGRESS, { ipProtocol: "tcp", fromPort: unknown, toPort: 22, cidrIpv4: "0.0.0.0/0" }).undecided,
    ).to.have.length(1);
    expect(judge(rule, GROUP, { ingress: unknown }).undecided).to.have.length(1);
  });
  it("leaves other types alone", () => expect(judge(rule, "aws:ec2/vpc:Vpc", {}).notApplicable).to.equal(true));
});
