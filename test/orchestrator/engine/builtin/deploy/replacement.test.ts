import { expect } from "chai";
import type { Goal } from "../../../../../orchestrator/engine/builtin/deploy/goal";
import { emptyGoal, type Provider } from "../../../../../orchestrator/engine/builtin/deploy/providers";
import { comeBack, replace } from "../../../../../orchestrator/engine/builtin/deploy/replacement";
import { StepFailed } from "../../../../../orchestrator/engine/builtin/deploy/runner";
import { nameOf } from "../../../../../orchestrator/engine/builtin/deploy/urn";
import type { ResourceState } from "../../../../../orchestrator/engine/builtin/model";
import type { Diff } from "../../../../../orchestrator/engine/builtin/provider/client";
import { PROVIDER, registryOf, scripted, staged, type Given } from "../../../../support/deployments";
import { stateOf, urnOf } from "../../../../support/states";

const diff: Diff = { changes: "some", replaces: ["size"], deleteBeforeReplace: false, diffs: ["size"] };
const thing = (name: string, rest: Partial<ResourceState> = {}) =>
  stateOf(name, { size: 1 }, { provider: PROVIDER, created: "then", ...rest });

describe("a replacement", () => {
  interface Case {
    old?: ResourceState;
    others?: ResourceState[];
    goal?: Partial<Goal>;
    answers?: Partial<Provider>;
    change?: Partial<Diff>;
    given?: Given;
  }
  function run({ old = thing("a"), others = [], goal = {}, answers = {}, change = {}, given = {} }: Case) {
    const stage = staged({ resources: [old, ...others], now: () => new Date(5000), ...given });
    const provider = scripted({
      check: (_urn, _olds, news) => Promise.resolve({ inputs: news, failures: [] }),
      create: (urn, inputs) => Promise.resolve({ id: `new-${nameOf(urn)}`, outputs: inputs, initErrors: [] }),
      delete: () => Promise.resolve(),
      ...answers,
    });
    const wanted: Goal = { ...emptyGoal("x:y:Thing", "a"), properties: { size: 2 }, ...goal };
    const done = replace(
      stage.deployment,
      registryOf(provider),
      wanted,
      old,
      { ...old, inputs: { size: 2 } },
      provider,
      { ...diff, ...change },
    );
    return { ...stage, provider, done, resources: () => stage.deployment.snapshot.current().resources };
  }
  const failed = async (step: Promise<unknown>) => {
    expect(await step.catch((reason: unknown) => reason)).to.be.instanceOf(StepFailed);
  };

  it("makes the new one first, from fresh inputs and as a new resource, and leaves the old one to the end", async () => {
    let olds: unknown = "unasked";
    const { done, resources, deployment, finished } = run({
      answers: {
        check: (_urn, given, news) => {
          olds = given;
          return Promise.resolve({ inputs: news, failures: [] });
        },
      },
    });
    expect(await done).to.deep.include({ id: "new-a", inputs: { size: 2 }, created: new Date(5000).toISOString() });
    expect(olds).to.equal(undefined);
    expect(resources().map(({ id, delete: doomed }) => [id, doomed])).to.deep.equal([
      ["new-a", undefined],
      ["id-a", true],
    ]);
    expect(deployment.replaced.map(({ id }) => id)).to.deep.equal(["id-a"]);
    expect(finished()).to.deep.equal(["create-replacement a", "replace a"]);
    expect(deployment.events.changes).to.deep.equal({ replace: 1 });
  });

  it("that fails to make the new one leaves the old one as it was", async () => {
    const old = thing("a");
    const { done, resources, deployment } = run({
      old,
      answers: { create: () => Promise.reject(new Error("no room")) },
    });
    await failed(done);
    expect(resources()).to.deep.equal([old]);
    expect(deployment.replaced).to.deep.equal([]);
  });

  it("deletes first where provider or program want it, with what cannot outlive the old one", async () => {
    const guest = thing("guest", { deletedWith: urnOf("a") });
    const order = async (goal: Partial<Goal>, change: Partial<Diff>) => {
      const { done, provider } = run({ goal, change, others: [guest] });
      await done;
      return provider.calls.filter((call) => !call.startsWith("check"));
    };
    const first = ["delete guest", "delete a", "create a"];
    expect(await order({}, { deleteBeforeReplace: true })).to.deep.equal(first);
    expect(await order({ deleteBeforeReplace: true }, {})).to.deep.equal(first);
    expect(await order({ deleteBeforeReplace: false }, { deleteBeforeReplace: true })).to.deep.equal(["create a"]);
  });

  it("that deleted first and then failed leaves the old one marked, and comes back in the next run", async () => {
    const { done, resources } = run({
      goal: { deleteBeforeReplace: true },
      answers: { create: () => Promise.reject(new Error("no room")) },
    });
    await failed(done);
    expect(resources()).to.have.length(1);
    const left = resources()[0] as ResourceState;
    expect(left).to.deep.include({ pendingReplacement: true, inputs: { size: 1 }, id: "id-a" });
    const next = staged({ resources: [left] });
    const provider = scripted({ create: () => Promise.resolve({ id: "new-a", outputs: {}, initErrors: [] }) });
    const made = await comeBack(next.deployment, { ...left, inputs: { size: 2 } }, left, provider);
    expect(made).to.deep.include({ id: "new-a", inputs: { size: 2 } });
    expect(made).to.not.have.property("pendingReplacement");
    expect(next.deployment.snapshot.current().resources).to.deep.equal([made]);
    expect(next.finished()).to.deep.equal(["replace a", "create-replacement a"]);
  });

  it("of a protected resource is refused before anything is touched, unless the program takes the protection off", async () => {
    const old = thing("a", { protect: true });
    const refused = run({ old, goal: { protect: true, deleteBeforeReplace: true } });
    await failed(refused.done);
    expect(refused.errors()[0]).to.contain("marked for protection");
    expect(refused.provider.calls).to.deep.equal([]);
    const freed = run({ old, goal: { protect: false, deleteBeforeReplace: true } });
    expect((await freed.done).id).to.equal("new-a");
  });

  it("deletes nothing of what is retained or was only looked at", async () => {
    for (const rest of [{ retainOnDelete: true }, { external: true }]) {
      const { done, provider } = run({ old: thing("a", rest), goal: { deleteBeforeReplace: true } });
      await done;
      expect(provider.calls).to.deep.equal(["check a", "create a"]);
    }
  });
});
