import { expect } from "chai";
import { difference } from "../../../../../orchestrator/engine/builtin/deploy/difference";
import type { Goal } from "../../../../../orchestrator/engine/builtin/deploy/goal";
import { emptyGoal } from "../../../../../orchestrator/engine/builtin/deploy/providers";
import { StepFailed } from "../../../../../orchestrator/engine/builtin/deploy/runner";
import type { Properties, ResourceState } from "../../../../../orchestrator/engine/builtin/model";
import type { Diff } from "../../../../../orchestrator/engine/builtin/provider/client";
import { PROVIDER, scripted, staged, type Given } from "../../../../support/deployments";
import { stateOf, urnOf } from "../../../../support/states";

const unknown: Diff = { changes: "unknown", replaces: [], deleteBeforeReplace: false, diffs: [] };

describe("a difference", () => {
  interface Case extends Pick<Given, "options"> {
    old?: Partial<ResourceState>;
    planned?: Partial<ResourceState>;
    goal?: Partial<Goal>;
    inputs?: Properties;
    diff?: Partial<Diff>;
    reference?: string;
    replacing?: string[];
  }
  async function of({
    old,
    planned,
    goal,
    inputs = { size: 1 },
    diff,
    reference = PROVIDER,
    replacing = [],
    ...given
  }: Case) {
    const { deployment } = staged(given);
    replacing.forEach((urn) => deployment.replacing.add(urn));
    const before = stateOf("a", { size: 1 }, { provider: PROVIDER, ...old });
    const provider = scripted({ diff: () => Promise.resolve({ ...unknown, ...diff }) });
    const wanted: Goal = { ...emptyGoal("x:y:Thing", "a"), ...goal };
    return difference(deployment, wanted, before, { ...before, inputs, ...planned }, provider, reference);
  }

  it("is what the provider says; of one without an opinion, what differs in the inputs", async () => {
    expect(await of({ diff: { changes: "some", diffs: ["tag"], replaces: ["tag"] } })).to.deep.include({
      changes: "some",
      diffs: ["tag"],
      replaces: ["tag"],
    });
    expect(await of({ inputs: { size: 2, box: { a: 1 } } })).to.deep.include({
      changes: "some",
      diffs: ["size", "box"],
    });
    expect(await of({})).to.deep.include({ changes: "none", replaces: [] });
    expect((await of({ inputs: { size: 2 }, diff: { changes: "none" } })).changes).to.equal("none");
  });

  it("demands a replacement where the program says so, but only of what has changed", async () => {
    const goal = { replaceOnChanges: ["box.*"] };
    const old = { inputs: { size: 1, box: { a: 1 } } };
    expect((await of({ goal, old, inputs: { size: 2, box: { a: 1 } } })).replaces).to.deep.equal([]);
    expect((await of({ goal, old, inputs: { size: 1, box: { a: 2 } } })).replaces).to.deep.equal(["box.a"]);
  });

  it("demands one where the caller does, where the resource is tainted, or was only looked at before", async () => {
    expect((await of({ options: { replace: [urnOf("a")] } })).replaces).to.deep.equal(["id"]);
    expect((await of({ options: { replace: [urnOf("b")] } })).replaces).to.deep.equal([]);
    const renamed = { options: { replace: [urnOf("was")] }, old: { urn: urnOf("was") }, planned: { urn: urnOf("a") } };
    expect((await of(renamed)).replaces).to.deep.equal(["id"]);
    expect((await of({ old: { taint: true } })).replaces).to.deep.equal(["id"]);
    expect((await of({ old: { external: true } })).replaces).to.deep.equal(["id"]);
  });

  it("demands one when its trigger changes, not when it gets its first", async () => {
    const replaces = async (before: string | undefined, after: string) =>
      (await of({ old: { replacementTrigger: before }, planned: { replacementTrigger: after } })).replaces;
    expect(await replaces("v1", "v2")).to.deep.equal(["id"]);
    expect(await replaces("v1", "v1")).to.deep.equal([]);
    expect(await replaces(undefined, "v1")).to.deep.equal([]);
  });

  it("goes along with what is replaced in this run: its partner, its host, its provider", async () => {
    const replacing = [urnOf("b")];
    expect((await of({ replacing, planned: { replaceWith: [urnOf("b")] } })).replaces).to.deep.equal(["id"]);
    expect((await of({ replacing, planned: { deletedWith: urnOf("b") } })).replaces).to.deep.equal(["id"]);
    expect((await of({ replacing, reference: `${urnOf("b")}::new` })).replaces).to.deep.equal(["id"]);
    expect(
      (await of({ replacing, old: { provider: undefined }, reference: `${urnOf("b")}::new` })).replaces,
    ).to.deep.equal([]);
    // Another name for the provider, which stays.
    expect((await of({ replacing, reference: `${urnOf("c")}::new` })).replaces).to.deep.equal([]);
  });

  it("that cannot be had fails the resource, with its reason", async () => {
    const { deployment, errors } = staged();
    const state = stateOf("a");
    const provider = scripted({ diff: () => Promise.reject(new Error("cannot compare")) });
    const error: unknown = await difference(
      deployment,
      emptyGoal("x:y:Thing", "a"),
      state,
      state,
      provider,
      undefined,
    ).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(StepFailed);
    expect(errors()).to.deep.equal(["cannot compare"]);
  });
});
