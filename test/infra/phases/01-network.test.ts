import { expect } from "chai";
import type { Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

describe("phase 01: network and IAM", () => {
  let seen: Registered[];
  const inputsOf = (type: string, name: string) => seen.find((one) => one.type === type && one.name === name)?.inputs;
  const named = (type: string) => seen.filter((one) => one.type === type).map((one) => one.name);
  before(async () => {
    seen = (await recorded("production")).seen;
  });
  it("[A1.1] gives each zone one private and one public subnet", () => {
    const zones = ["a", "b", "c"].map((letter) => `eu-central-1${letter}`);
    expect(named("aws:ec2/subnet:Subnet").sort()).to.deep.equal(
      zones.flatMap((zone) => [`network-private-${zone}`, `network-public-${zone}`]).sort(),
    );
  });
  it("[A1.5] routes every private subnet through the NAT gateway of its own zone", () => {
    for (const zone of ["eu-central-1a", "eu-central-1b", "eu-central-1c"]) {
      expect(inputsOf("aws:ec2/route:Route", `network-private-${zone}-default`)).to.deep.include({
        destinationCidrBlock: "0.0.0.0/0",
        natGatewayId: `network-nat-${zone}-id`,
      });
    }
  });
  it("[A1.6] attaches what EKS requires of the cluster and node roles", () => {
    const policies = seen
      .filter((one) => one.type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
      .map((one) => String(one.inputs["policyArn"]).split("/").at(-1));
    expect(policies).to.include.members([
      "AmazonEKSClusterPolicy",
      "AmazonEKSWorkerNodePolicy",
      "AmazonEC2ContainerRegistryPullOnly",
    ]);
  });
  it("[B5.2] budgets 10,000 USD a month", () =>
    expect(inputsOf("aws:budgets/budget:Budget", "network-budget")).to.deep.include({
      limitAmount: "10000.00",
      limitUnit: "USD",
    }));
  it("[B4.2] backs up every hour", () =>
    expect(JSON.stringify(inputsOf("aws:backup/plan:Plan", "network-backup"))).to.include("cron(0 * * * ? *)"));
  it("logs all traffic [B3.1]", () =>
    expect(inputsOf("aws:ec2/flowLog:FlowLog", "network-flow")).to.deep.include({ trafficType: "ALL" }));
});
