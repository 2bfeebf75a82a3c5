import { expect } from "chai";
import { checkOrder } from "../../../../../orchestrator/engine/builtin/backend/checkpoint";
import type { Goal } from "../../../../../orchestrator/engine/builtin/deploy/goal";
import {
  emptyGoal,
  type Provider,
  type ProviderRegistry,
} from "../../../../../orchestrator/engine/builtin/deploy/providers";
import { Registration } from "../../../../../orchestrator/engine/builtin/deploy/registration";
import { StepFailed } from "../../../../../orchestrator/engine/builtin/deploy/runner";
import { nameOf } from "../../../../../orchestrator/engine/builtin/deploy/urn";
import type { Properties, ResourceState } from "../../../../../orchestrator/engine/builtin/model";
import type { Diff } from "../../../../../orchestrator/engine/builtin/provider/client";
import { equal } from "../../../../../orchestrator/engine/builtin/values";
import { PROVIDER, registryOf, scripted, staged, type Given } from "../../../../support/deployments";
import { stateOf, urnOf } from "../../../../support/states";

const thing = (name: string, size = 1, rest: Partial<ResourceState> = {}) =>
  stateOf(name, { size }, { provider: PROVIDER, ...rest });
const goal = (name: string, size = 1, rest: Partial<Goal> = {}): Goal => ({
  ...emptyGoal("x:y:Thing", name),
  provider: PROVIDER,
  properties: { size },
  ...rest,
});
const diffOf = (old: ResourceState, news: Properties): Diff => ({
  changes: equal(old.inputs, news) ? "none" : "some",
  replaces: [],
  deleteBeforeReplace: false,
  diffs: [],
});
describe("a registration", () => {
  /** A provider that accepts everything and compares inputs; `answers` override or add. */
  function stage(given: Given = {}, answers: Partial<Provider> = {}) {
    const staging = staged(given);
    const provider = scripted({
      check: (_urn, _olds, news) => Promise.resolve({ inputs: news, failures: [] }),
      diff: (_urn, old, news) => Promise.resolve(diffOf(old, news)),
      ...answers,
    });
    const registration = new Registration(staging.deployment, registryOf(provider));
    const failure = (wanted: Goal) =>
      registration.register(wanted).then(
        () => Promise.reject(new Error("expected the registration to fail")),
        (error: unknown) => {
          expect(error).to.be.instanceOf(StepFailed);
        },
      );
    const resources = () => staging.deployment.snapshot.current().resources;
    return { ...staging, provider, registration, failure, resources };
  }
  const made = (): Partial<Provider> => ({
    create: (urn, inputs) => Promise.resolve({ id: `new-${nameOf(urn)}`, outputs: inputs, initErrors: [] }),
    delete: () => Promise.resolve(),
  });

  it("of a new resource checks and creates it, and tells the program its id and outputs", async () => {
    const { registration, provider, resources } = stage({}, made());
    expect(await registration.register(goal("a"))).to.deep.equal({
      urn: urnOf("a"),
      id: "new-a",
      outputs: { size: 1 },
      result: "success",
      unknown: false,
    });
    expect(provider.calls).to.deep.equal(["check a", "create a"]);
    expect(resources().map(({ id }) => id)).to.deep.equal(["new-a"]);
  });

  it("of an unchanged one changes nothing but its place in the state", async () => {
    const { registration, provider, resources, finished } = stage({ resources: [thing("b"), thing("a")] });
    expect((await registration.register(goal("a"))).id).to.equal("id-a");
    expect(provider.calls).to.deep.equal(["check a", "diff a"]);
    expect(finished()).to.deep.equal(["same a"]);
    expect(resources().map(({ urn }) => nameOf(urn))).to.deep.equal(["a", "b"]);
  });

  it("updates what differs, but never shows the provider what is to be ignored", async () => {
    const sent: Properties[] = [];
    const { registration } = stage(
      { resources: [stateOf("a", { size: 1, tag: "old" }, { provider: PROVIDER })] },
      {
        update: (_urn, old, news) => {
          sent.push(news);
          return Promise.resolve({ id: old.id ?? "", outputs: news, initErrors: [] });
        },
      },
    );
    const wanted = goal("a", 2, { properties: { size: 2, tag: "new" }, ignoreChanges: ["tag"] });
    expect((await registration.register(wanted)).outputs).to.deep.equal({ size: 2, tag: "old" });
    expect(sent).to.deep.equal([{ size: 2, tag: "old" }]);
  });

  it("of inputs the provider refuses takes no step, and names each mistake", async () => {
    const failures = [
      { property: "size", reason: "too small" },
      { property: "", reason: "nothing fits" },
    ];
    const { failure, errors, provider, resources } = stage(
      { resources: [thing("a")] },
      { check: (_urn, _olds, news) => Promise.resolve({ inputs: news, failures }) },
    );
    await failure(goal("a", 0));
    expect(errors()).to.deep.equal([
      "x:y:Thing a resource has a problem: property size: too small",
      "x:y:Thing a resource has a problem: nothing fits",
    ]);
    expect(provider.calls).to.deep.equal(["check a"]);
    expect(resources()).to.have.length(1);
  });

  it("of the same URN twice is refused", async () => {
    const { registration, failure, errors } = stage({}, made());
    await registration.register(goal("a"));
    await failure(goal("a"));
    expect(errors()[0]).to.contain(`Duplicate resource URN '${urnOf("a")}'`);
  });

  it("finds a renamed resource by its alias, which is then no resource any more", async () => {
    const { registration, deployment, resources } = stage({ resources: [thing("was")] });
    const registered = await registration.register(goal("a", 1, { aliases: [{ name: "was" }] }));
    expect(registered).to.deep.include({ urn: urnOf("a"), id: "id-was" });
    expect(resources().map(({ urn }) => urn)).to.deep.equal([urnOf("a")]);
    expect(deployment.renamed.has(urnOf("was"))).to.equal(true);
  });

  it("of a component asks no provider, and is an update when its inputs differ", async () => {
    const component = (size: number): Goal => ({ ...goal("box", size), custom: false, provider: undefined });
    const box = { ...thing("box"), custom: false, id: undefined, provider: undefined, outputs: { url: "u" } };
    const { registration, provider, finished, resources, deployment } = stage({ resources: [box] });
    expect(await registration.register(component(2))).to.deep.include({ id: "", outputs: {} });
    expect(resources().map(({ inputs, outputs }) => [inputs, outputs])).to.deep.equal([[{ size: 2 }, { url: "u" }]]);
    expect([provider.calls, finished(), deployment.events.changes]).to.deep.equal([[], [], { update: 1 }]);
    const same = stage({ resources: [box] });
    await same.registration.register(component(1));
    expect(same.deployment.events.changes).to.deep.equal({ same: 1 });
  });

  it("without a provider of its own takes what the nearest parent hands down, else the default", async () => {
    const asked: (string | undefined)[] = [];
    const staging = staged({});
    const provider = scripted({
      ...made(),
      check: (_urn, _olds, news) => Promise.resolve({ inputs: news, failures: [] }),
    });
    const registry = registryOf(provider, {
      defaultFor: (_pkg: string, version: string | undefined) => {
        asked.push(version);
        return Promise.resolve(PROVIDER);
      },
    } as Partial<ProviderRegistry>);
    const registration = new Registration(staging.deployment, registry);
    const box: Goal = { ...emptyGoal("x:y:Box", "box"), custom: false, providers: { x: PROVIDER } };
    const outer = (await registration.register(box)).urn;
    const inner = (await registration.register({ ...box, name: "inner", parent: outer, providers: {} })).urn;
    await registration.register({ ...goal("a"), provider: undefined, parent: inner });
    expect(asked).to.deep.equal([]);
    await registration.register({ ...goal("b"), provider: undefined, version: "1.2.3" });
    expect(asked).to.deep.equal(["1.2.3"]);
  });

  describe("with --target", () => {
    it("leaves out what is not named: new ones are unknown to the program, old ones stay without being asked for", async () => {
      const { registration, provider, resources } = stage({
        resources: [thing("old")],
        options: { targets: [urnOf("other")] },
      });
      expect(await registration.register(goal("new"))).to.deep.include({ id: "", outputs: {}, unknown: true });
      expect(await registration.register(goal("old", 2))).to.deep.equal({
        urn: urnOf("old"),
        id: "id-old",
        outputs: { size: 1 },
        result: "success",
        unknown: false,
      });
      expect(provider.calls).to.deep.equal([]);
      expect(resources().map(({ urn, inputs }) => [nameOf(urn), inputs["size"]])).to.deep.equal([["old", 1]]);
    });

    it("refuses a target that stands on what was left out and is not there", async () => {
      const { registration, failure, errors } = stage({ options: { targets: [urnOf("b")] } }, made());
      await registration.register(goal("a"));
      await failure(goal("b", 1, { dependencies: [urnOf("a")] }));
      expect(errors()[0]).to.contain(urnOf("a")).and.to.contain("--target");
      // A component is nothing in the world: what is in it may stand without it.
      const inside = stage({ options: { targets: ["**::c"] } }, made());
      const box = await inside.registration.register({ ...goal("box"), custom: false, provider: undefined });
      expect((await inside.registration.register(goal("c", 1, { parent: box.urn }))).id).to.equal("new-c");
    });
  });

  describe("with --refresh", () => {
    it("compares with what the resource has become", async () => {
      const { registration, provider } = stage(
        { resources: [thing("a")], options: { refresh: true } },
        { read: () => Promise.resolve({ id: "id-a", inputs: { size: 2 }, outputs: { size: 2 }, initErrors: [] }) },
      );
      await registration.register(goal("a", 2));
      expect(provider.calls).to.deep.equal(["read a", "check a", "diff a"]);
    });

    it("makes again what is gone; if that fails, what stands on it still has it in the state", async () => {
      const resources = [thing("a"), thing("b", 1, { dependencies: [urnOf("a")] })];
      const gone: Partial<Provider> = { read: () => Promise.resolve(undefined) };
      const again = stage({ resources, options: { refresh: true } }, { ...made(), ...gone });
      expect((await again.registration.register(goal("a"))).id).to.equal("new-a");
      expect(again.resources().map(({ id }) => id)).to.deep.equal(["new-a", "id-b"]);
      const imported = stage(
        { resources, options: { refresh: true } },
        {
          read: (_urn, id) => Promise.resolve(id === "i-9" ? { id, outputs: { size: 1 }, initErrors: [] } : undefined),
        },
      );
      expect((await imported.registration.register(goal("a", 1, { importId: "i-9" }))).id).to.equal("i-9");
      expect(imported.resources().map(({ id }) => id)).to.deep.equal(["i-9", "id-b"]);
      const failing = stage(
        { resources, options: { refresh: true } },
        { ...gone, create: () => Promise.reject(new Error("no room")) },
      );
      await failing.failure(goal("a"));
      // Without their provider, which this test keeps out of the state.
      checkOrder(failing.resources().map((state) => ({ ...state, provider: undefined })));
    });
  });
});
