import { expect } from "chai";
import { disarmed, guardedByAws } from "../../../orchestrator/rollout/disarm";
import { record } from "../../support/pulumi";

describe("guards that AWS keeps itself", () => {
  const guarded = [
    "aws:eks/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:backup/vault:Vault",
    "aws:route53/zone:Zone",
    "aws:s3/bucket:Bucket",
  ];
  it("are on what AWS does not delete as it is, and on nothing else", () => {
    const resources = [...guarded, "eks:index:Cluster", "aws:ec2/vpc:Vpc"];
    expect(guardedByAws(resources.map((type) => ({ type }))).map(({ type }) => type)).to.deep.equal(guarded);
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
    // A cluster that logs while it goes would make its log group anew, and the next one could not make its own.
    expect(inputs("cluster")).to.deep.include({
      deletionProtection: false,
      enabledClusterLogTypes: [],
      version: "1.36",
    });
    expect(inputs("vpc")).to.deep.equal({ cidrBlock: "10.0.0.0/16" });
  });
});
