import { expect } from "chai";
import { destroyPhase, removeRest } from "../../../../orchestrator/rollout/steps/destroy";
import { urnOf } from "../../../support/rollout";
import { cluster, network, stepContext } from "./fixture";

describe("taking a phase down", () => {
  const guardedCluster = {
    urn: `${urnOf("dev", "Cluster")}$aws:eks/cluster:Cluster::c`,
    type: "aws:eks/cluster:Cluster",
  };

  it("takes it down and nothing else", async () => {
    const { context, stack, build } = stepContext();
    build(network, cluster);
    expect((await destroyPhase(context, cluster)).status).to.equal("succeeded");
    expect(stack.calls).to.deep.equal(["destroy Cluster"]);
    expect(stack.resources.map(({ urn }) => urn)).to.deep.equal([urnOf("dev", "Network")]);
  });
  it("has nothing to do where nothing of it stands, and says so", async () => {
    const { context, stack } = stepContext();
    expect(await destroyPhase(context, cluster)).to.deep.include({
      status: "succeeded",
      notes: ["control plane: nothing of it stands"],
    });
    expect(stack.calls).to.deep.equal([]);
  });
  it("touches nothing while anything asked for is protected, also in a phase that comes later", async () => {
    const { context, stack, build } = stepContext();
    build(cluster);
    stack.resources.push({ urn: urnOf("dev", "Network"), type: "aws:kms/key:Key", protect: true });
    const ended = await destroyPhase(context, cluster);
    expect(ended).to.include({ status: "failed", kind: "refused" });
    expect(ended.reason).to.include(urnOf("dev", "Network")).and.include("nothing was touched");
    expect(ended.fix).to.include("--destroy-protected");
    expect(stack.calls).to.deep.equal([]);
  });
  it("is not held up by protection of phases nobody asked to take down", async () => {
    const { context, stack, build } = stepContext({ chosen: [cluster] });
    build(cluster);
    stack.resources.push({ urn: urnOf("dev", "Network"), type: "aws:kms/key:Key", protect: true });
    expect((await destroyPhase(context, cluster)).status).to.equal("succeeded");
  });
  it("by explicit word takes AWS's guard off first, then the protection, then the phase", async () => {
    const { context, stack, build } = stepContext({ destroyProtected: true });
    build(cluster);
    stack.resources.push({ ...guardedCluster, protect: true });
    await destroyPhase(context, cluster);
    expect(stack.calls).to.deep.equal([`disarm ${guardedCluster.urn}`, "unprotect", "destroy Cluster"]);
  });
});

describe("removing what is left", () => {
  it("takes down what belongs to no phase and forgets the stack", async () => {
    const { context, stack } = stepContext();
    expect((await removeRest(context)).status).to.equal("succeeded");
    expect(stack.calls).to.deep.equal(["destroy all", "remove"]);
  });
  it("remembers the stack when something could not be taken down", async () => {
    const { context, stack } = stepContext();
    stack.destroy = () => {
      stack.calls.push("destroy all");
      return Promise.resolve({
        result: "failed",
        changes: {},
        steps: [],
        violations: [],
        packs: [],
        failures: [],
        errors: ["DependencyViolation"],
        resources: [],
      });
    };
    expect((await removeRest(context)).reason).to.include("DependencyViolation");
    expect(stack.calls).to.deep.equal(["destroy all"]);
  });
});
