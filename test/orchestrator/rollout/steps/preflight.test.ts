import { expect } from "chai";
import type { DoctorItem } from "../../../../orchestrator/rollout/context";
import { preflight, proofOf } from "../../../../orchestrator/rollout/steps/preflight";
import { stepContext } from "./fixture";

const item = (name: string, status: DoctorItem["status"]): DoctorItem => ({
  name,
  requirement: "A0.1",
  status,
  detail: `${name} seen`,
  ...(status !== "ok" && { remedy: `get ${name}` }),
});
const asked = (...items: DoctorItem[]) => stepContext({ preflight: () => Promise.resolve(items) });

describe("preflight", () => {
  it("goes on where nothing is missing, with warnings as notes [A0.1]", async () => {
    const { context, stack } = asked(item("Node", "ok"), item("helm", "warning"));
    expect(await preflight(context)).to.deep.equal({
      status: "succeeded",
      proof: "stand-in",
      notes: ["helm: helm seen"],
    });
    expect(stack.calls).to.deep.equal([]);
  });
  it("stops with everything that is missing and every remedy, before anything is touched", async () => {
    const { context, stack } = asked(item("zones", "missing"), item("Node", "ok"), item("identity", "missing"));
    expect(await preflight(context)).to.deep.include({
      status: "failed",
      kind: "usage",
      reason: "zones: zones seen; identity: identity seen",
      fix: "get zones; get identity",
    });
    expect(stack.calls).to.deep.equal([]);
  });
  it("settles what a killed run left half done", async () => {
    const { context, stack } = asked();
    stack.pendingCreates = [{ urn: "urn:a", type: "aws:ec2/vpc:Vpc" }];
    Object.assign(context, { sandbox: { idsOf: () => Promise.resolve(["vpc-1"]) } });
    const { notes = [] } = await preflight(context);
    expect(stack.calls).to.deep.equal(["adopt urn:a vpc-1"]);
    expect(notes.join()).to.include("urn:a");
  });
  it("claims the real cloud only for the real target", () => {
    expect(proofOf({ target: "aws" })).to.equal("real cloud");
    expect(proofOf({ target: "rehearsal" })).to.equal("stand-in");
  });
});
