import { expect } from "chai";
import { nodesArePrivate as rule } from "../../../policy/rules/nodes-are-private";
import { judgeStack, unknown, type StackMember } from "../../support/policy";

const subnet = (name: string, mapPublicIpOnLaunch: unknown): StackMember => ({
  type: "aws:ec2/subnet:Subnet",
  name,
  props: { id: unknown, mapPublicIpOnLaunch },
});
const members = [
  subnet("private-a", false),
  subnet("public-a", true),
  subnet("unset", undefined),
  subnet("later", unknown),
];
const group = (...subnets: string[]): StackMember => ({
  type: "aws:eks/nodeGroup:NodeGroup",
  name: "system",
  props: { subnetIds: unknown },
  from: { subnetIds: subnets },
});

describe("policy nodes-are-private", () => {
  it("[E5.1] accepts nodes in subnets that hand out no public addresses", () => {
    expect(judgeStack(rule, [...members, group("private-a", "unset")]).violations).to.deep.equal([]);
  });
  it("[E5.1] refuses nodes in a public subnet, though its id is not known yet", () => {
    const { violations } = judgeStack(rule, [...members, group("private-a", "public-a")]);
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include("system lives in public-a");
  });
  it("[A2.4] refuses a control plane in a public subnet", () => {
    const cluster: StackMember = {
      type: "eks:index:Cluster",
      name: "main",
      props: {},
      from: { privateSubnetIds: ["public-a"] },
    };
    expect(judgeStack(rule, [...members, cluster]).violations).to.have.length(1);
  });
  it("leaves a subnet open whose setting is not known", () => {
    expect(judgeStack(rule, [...members, group("later")]).undecided).to.have.length(1);
  });
});
