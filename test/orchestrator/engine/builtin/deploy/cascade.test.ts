import { expect } from "chai";
import { deleteDependents } from "../../../../../orchestrator/engine/builtin/deploy/cascade";
import { UNKNOWN, type Properties, type ResourceState } from "../../../../../orchestrator/engine/builtin/model";
import type { Diff } from "../../../../../orchestrator/engine/builtin/provider/client";
import { PROVIDER, registryOf, scripted, staged } from "../../../../support/deployments";
import { stateOf, urnOf } from "../../../../support/states";

const replaced: Diff = { changes: "some", replaces: ["from"], deleteBeforeReplace: false, diffs: [] };
const updated: Diff = { ...replaced, replaces: [] };

/** A resource whose input `from` was made of another resource. */
const madeFrom = (name: string, from: string, rest: Partial<ResourceState> = {}) =>
  stateOf(
    name,
    { from: "id", size: 1 },
    {
      provider: PROVIDER,
      propertyDependencies: { from: [urnOf(from)] },
      dependencies: [urnOf(from)],
      ...rest,
    },
  );

describe("deleting before replacing", () => {
  const base = stateOf("base", {}, { provider: PROVIDER });
  async function cascade(states: ResourceState[], diff: (news: Properties) => Diff, prepare?: (name: string) => void) {
    const stage = staged({ resources: [base, ...states] });
    const provider = scripted({
      diff: (urn, _old, news) => {
        prepare?.(urn);
        return Promise.resolve(diff(news));
      },
      delete: () => Promise.resolve(),
    });
    await deleteDependents(stage.deployment, registryOf(provider), base);
    return { ...stage, deleted: provider.calls.filter((call) => call.startsWith("delete")), calls: provider.calls };
  }

  it("takes what would be replaced by the loss along, deepest first", async () => {
    const { deleted, deployment } = await cascade([madeFrom("a", "base"), madeFrom("b", "a")], () => replaced);
    expect(deleted).to.deep.equal(["delete b", "delete a"]);
    expect([...deployment.deletedEarly]).to.deep.equal([urnOf("b"), urnOf("a")]);
  });

  it("asks with unknowns in place of exactly the inputs that came from what goes", async () => {
    const asked: Properties[] = [];
    await cascade([madeFrom("a", "base")], (news) => {
      asked.push(news);
      return updated;
    });
    // A dependency of an input it does not have says nothing.
    const absent = { propertyDependencies: { absent: [urnOf("base")], size: [urnOf("other")], from: [urnOf("base")] } };
    await cascade([madeFrom("b", "base", absent)], (news) => {
      asked.push(news);
      return updated;
    });
    expect(asked).to.deep.equal([
      { from: UNKNOWN, size: 1 },
      { from: UNKNOWN, size: 1 },
    ]);
  });

  it("spares what can be updated instead, and everything that only depends on it by dependsOn", async () => {
    const plain = stateOf("plain", {}, { provider: PROVIDER, dependencies: [urnOf("base")] });
    const { deleted, calls } = await cascade([madeFrom("a", "base"), madeFrom("b", "a"), plain], () => updated);
    expect(deleted).to.deep.equal([]);
    expect(calls).to.deep.equal(["diff a"]);
  });

  it("takes what is deletedWith it along without asking, but never components, reads or what was registered", async () => {
    const bound = { provider: PROVIDER, deletedWith: urnOf("base") };
    const stage = staged({
      resources: [
        base,
        stateOf("bound", {}, bound),
        stateOf("part", {}, { ...bound, custom: false, id: undefined }),
        stateOf("seen", {}, { ...bound, external: true }),
        stateOf("done", {}, bound),
      ],
    });
    stage.deployment.news.set(urnOf("done"), stateOf("done"));
    const provider = scripted({ delete: () => Promise.resolve() });
    await deleteDependents(stage.deployment, registryOf(provider), base);
    expect(provider.calls).to.deep.equal(["delete bound"]);
  });

  it("leaves them in the state, marked to be made again, so that a run that ends here forgets nothing", async () => {
    const { deployment, writer } = await cascade([madeFrom("a", "base")], () => replaced);
    const [, a] = deployment.snapshot.current().resources;
    expect(a).to.deep.include({ urn: urnOf("a"), pendingReplacement: true });
    expect(writer.log).to.deep.equal(["begin deleting a", "swap a end"]);
  });

  it("does not call the provider for what is retained on delete", async () => {
    const { deleted, deployment } = await cascade([madeFrom("a", "base", { retainOnDelete: true })], () => replaced);
    expect(deleted).to.deep.equal([]);
    expect(deployment.deletedEarly.has(urnOf("a"))).to.equal(true);
  });
});
