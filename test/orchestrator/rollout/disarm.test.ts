import { expect } from "chai";
import { disarmed, guardedByAws } from "../../../orchestrator/rollout/disarm";
import { record } from "../../support/pulumi";

describe("guards that AWS keeps itself", () => {
  it("are on clusters and hosted zones, and on nothing else", () => {
    const resources = ["aws:eks/cluster:Cluster", "eks:index:Cluster", "aws:route53/zone:Zone", "aws:ec2/vpc:Vpc"];
    expect(guardedByAws(resources.map((type) => ({ type }))).map(({ type }) => type)).to.deep.equal([
      "aws:eks/cluster:Cluster",
      "aws:route53/zone:Zone",
    ]);
  });
  it("are off in the same program, which is otherwise what it was", async () => {
    const { CustomResource, ComponentResource } = await import("@pulumi/pulumi");
    class Zone extends CustomResource {
      constructor() {
        super("aws:route53/zone:Zone", "zone", { name: "example.org", forceDestroy: false });
      }
    }
    class Cluster extends ComponentResource {
      constructor() {
        super("eks:index:Cluster", "cluster", { deletionProtection: true, version: "1.36" }, {}, true);
      }
    }
    class Vpc extends CustomResource {
      constructor() {
        super("aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.0.0.0/16" });
      }
    }
    const program = disarmed(() => {
      [new Zone(), new Cluster(), new Vpc()].forEach(() => undefined);
      return Promise.resolve({ a: 1 });
    });
    const { runInPulumiStack } = (await import("@pulumi/pulumi")).runtime;
    const { seen, result } = await record("disarm", () => runInPulumiStack(program));
    expect(await result).to.deep.equal({ a: 1 });
    const inputs = (name: string) => seen.find((one) => one.name === name)?.inputs;
    expect(inputs("zone")).to.deep.equal({ name: "example.org", forceDestroy: true });
    expect(inputs("cluster")).to.deep.include({ deletionProtection: false, version: "1.36" });
    expect(inputs("vpc")).to.deep.equal({ cidrBlock: "10.0.0.0/16" });
  });
});
