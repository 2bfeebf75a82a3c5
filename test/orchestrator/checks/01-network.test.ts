import { expect } from "chai";
import { networkCheck, tableOf } from "../../../orchestrator/checks/01-network";
import { awsReader, checkContext, networkOutput, soundAws, type AwsWorld } from "../../support/world";

/** Verifies the sound world after one change to it. */
async function after(change: (world: AwsWorld) => void) {
  const world = soundAws();
  change(world);
  const context = checkContext({ aws: awsReader(world) }, { network: networkOutput });
  const findings = await networkCheck.verify(context);
  return {
    findings,
    bad: findings.filter((finding) => finding.verdict !== "passed"),
    diagnoses: await networkCheck.diagnose(context, findings),
  };
}

describe("check 01 network", () => {
  it("[A1.1] [A1.2] [A1.4] passes a network that is as planned, and has nothing to diagnose", async () => {
    const { findings, diagnoses } = await after(() => undefined);
    expect(findings.map((finding) => finding.verdict)).to.deep.equal([
      "passed",
      "passed",
      "passed",
      "passed",
      "passed",
    ]);
    expect(diagnoses).to.deep.equal([]);
  });
  it("[A1.4] fails when the region does not offer a planned zone", async () => {
    const { bad } = await after((world) => world.zones.pop());
    expect(bad[0]?.detail).to.include("eu-central-1c: the region does not offer this zone");
  });
  it("[A1.4] fails when a planned subnet is missing, in another zone, or of another range", async () => {
    expect((await after((world) => world.subnets.shift())).bad[0]?.detail).to.equal("private-0: does not exist");
    const moved = await after((world) => (world.subnets[0] = { ...world.subnets[0]!, zone: "eu-central-1b" }));
    expect(moved.bad[0]?.detail).to.include("is in eu-central-1b, planned in eu-central-1a");
    const resized = await after((world) => (world.subnets[0] = { ...world.subnets[0]!, cidr: "10.10.0.0/20" }));
    expect(resized.bad[0]?.detail).to.include("has 10.10.0.0/20, planned 10.10.0.0/18");
  });
  it("[A1.2] fails when a NAT gateway is gone or failed", async () => {
    const { bad } = await after((world) => (world.natGateways[1] = { ...world.natGateways[1]!, state: "failed" }));
    expect(bad.map((finding) => finding.requirement)).to.deep.equal(["A1.2", "A1.5"]);
    expect(bad[0]?.detail).to.equal("nat-1: is failed");
  });
  const noWayOut: Readonly<Record<string, (world: AwsWorld) => unknown>> = {
    "its route table has no default route": (world) =>
      (world.routeTables[1] = { ...world.routeTables[1]!, routes: [] }),
    "it falls back to a main table without one": (world) => world.routeTables.splice(1, 1),
    "its default route leads to an internet gateway": (world) =>
      (world.routeTables[1] = {
        ...world.routeTables[1]!,
        routes: [{ destination: "0.0.0.0/0", gatewayId: "igw-1", state: "active" }],
      }),
    "its NAT gateway is gone": (world) => world.natGateways.shift(),
    "its route is a blackhole": (world) =>
      (world.routeTables[1] = {
        ...world.routeTables[1]!,
        routes: [{ destination: "0.0.0.0/0", natGatewayId: "nat-0", state: "blackhole" }],
      }),
  };
  for (const [title, change] of Object.entries(noWayOut)) {
    it(`[A1.5] names the private subnet whose nodes cannot pull images because ${title}`, async () => {
      const { diagnoses } = await after(change);
      expect(diagnoses).to.have.length(1);
      expect(diagnoses[0]).to.deep.include({ requirement: "A1.5", subjects: ["private-0"] });
      expect(diagnoses[0]?.fix).to.include("associate the subnet");
    });
  }
  it("[A1.6] names the policies a role lacks before EKS refuses it", async () => {
    const { bad, diagnoses } = await after(
      (world) => (world.roles["node"] = { ...world.roles["node"]!, attachedPolicyArns: [] }),
    );
    expect(bad[0]?.detail).to.include("lacks AmazonEKSWorkerNodePolicy, AmazonEC2ContainerRegistryPullOnly");
    expect(diagnoses[0]).to.deep.include({ requirement: "A1.6", subjects: ["node"] });
    expect(diagnoses[0]?.fix).to.include(
      "attach AmazonEKSWorkerNodePolicy and AmazonEC2ContainerRegistryPullOnly to node",
    );
  });
  it("[A1.6] treats a role that does not exist as one without policies", async () => {
    expect((await after((world) => delete world.roles["cluster"])).diagnoses[0]?.subjects).to.deep.equal(["cluster"]);
  });
  it("goes on looking when one question cannot be answered", async () => {
    const world = soundAws();
    const aws = awsReader(world, { availabilityZones: () => Promise.reject(new Error("RequestLimitExceeded")) });
    const findings = await networkCheck.verify(checkContext({ aws }, { network: networkOutput }));
    expect(findings.map((finding) => finding.verdict)).to.deep.equal([
      "errored",
      "passed",
      "passed",
      "passed",
      "passed",
    ]);
  });
  it("finds the table a subnet really uses", () => {
    const tables = soundAws().routeTables;
    expect(tableOf("private-1", tables)?.id).to.equal("rt-1");
    expect(tableOf("unknown", tables)?.id).to.equal("main");
  });
});
