import { expect } from "chai";
import { resolvePendingCreates } from "../../../orchestrator/rollout/pending";
import type { Sandbox } from "../../../orchestrator/sandbox/sandbox";
import { refusal } from "../../support/refusal";
import { FakeStack, operation, strict } from "../../support/rollout";

const vpc = { urn: "urn:pulumi:dev::slipway::aws:ec2/vpc:Vpc::vpc", type: "aws:ec2/vpc:Vpc" };
const nat = {
  urn: "urn:pulumi:dev::slipway::aws:ec2/natGateway:NatGateway::nat",
  type: "aws:ec2/natGateway:NatGateway",
};

/** A world that has made these ids for these URNs. */
const world = (ids: Record<string, string[]>) =>
  strict<Sandbox>("sandbox", { idsOf: (urn) => Promise.resolve(ids[urn] ?? []) });

const processes = { host: "here", pid: 1, alive: () => false, startedAt: () => undefined };

describe("pending creates after a kill", () => {
  let stack: FakeStack;
  beforeEach(() => (stack = new FakeStack("dev")));
  const resolve = (sandbox?: Sandbox) =>
    resolvePendingCreates({ environment: "dev", stack, processes, ...(sandbox && { sandbox }) });

  it("asks nothing and changes nothing when there are none", async () => {
    expect(await resolve(strict("sandbox", {}))).to.deep.equal([]);
    expect(stack.calls).to.deep.equal([]);
  });

  it("adopts what the world has made, so that it is not made twice", async () => {
    stack.pendingCreates = [vpc];
    const notes = await resolve(world({ [vpc.urn]: ["vpc-1"] }));
    expect(stack.calls).to.deep.equal([`adopt ${vpc.urn} vpc-1`]);
    expect(notes.join()).to.include("vpc-1");
  });

  it("forgets what the world never made", async () => {
    stack.pendingCreates = [vpc];
    await resolve(world({}));
    expect(stack.calls).to.deep.equal(["forget creates"]);
  });

  it("adopts before it forgets, since forgetting forgets them all", async () => {
    stack.pendingCreates = [nat, vpc];
    await resolve(world({ [vpc.urn]: ["vpc-1"] }));
    expect(stack.calls).to.deep.equal([`adopt ${vpc.urn} vpc-1`, "forget creates"]);
  });

  it("does not take for new what the state already knows: the old half of a replacement", async () => {
    stack.resources.push({ ...vpc, id: "vpc-old" });
    stack.pendingCreates = [vpc];
    await resolve(world({ [vpc.urn]: ["vpc-old", "vpc-new"] }));
    expect(stack.calls).to.deep.equal([`adopt ${vpc.urn} vpc-new`]);
  });

  it("leaves the choice between two candidates to a person", async () => {
    stack.pendingCreates = [vpc];
    const error = await refusal(() => resolve(world({ [vpc.urn]: ["vpc-1", "vpc-2"] })));
    expect(error).to.include({ code: "create-unresolved", kind: "refused" });
    expect(stack.calls).to.deep.equal([]);
  });

  it("stops on a real account with exact instructions", async () => {
    stack.pendingCreates = [vpc];
    const error = await refusal(() => resolve());
    expect(error).to.include({ code: "create-unresolved", kind: "refused" });
    expect(error.message).to.include(vpc.urn);
    expect(error.fix).to.include("--import-pending-creates").and.include("--clear-pending-creates");
  });

  it("says so when adopting fails", async () => {
    stack.pendingCreates = [vpc];
    stack.adopt = () => Promise.resolve(operation({ result: "failed", errors: ["no such VPC"] }));
    const error = await refusal(() => resolve(world({ [vpc.urn]: ["vpc-1"] })));
    expect(error.message).to.include("no such VPC");
  });
});
