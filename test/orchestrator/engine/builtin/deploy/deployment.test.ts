import { expect } from "chai";
import { plannedState } from "../../../../../orchestrator/engine/builtin/deploy/deployment";
import { emptyGoal } from "../../../../../orchestrator/engine/builtin/deploy/providers";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { PROVIDER, PROVIDER_URN, staged } from "../../../../support/deployments";
import { stateOf, urnOf } from "../../../../support/states";

const ids = (states: Iterable<{ urn: string }>) => [...states].map(({ urn }) => urn);

describe("a deployment", () => {
  it("tells live resources from copies that only wait for their deletion", () => {
    const [copy, live] = [stateOf("a", {}, { delete: true }), stateOf("a")];
    const { deployment } = staged({ resources: [copy, live] });
    expect(deployment.olds.get(urnOf("a"))).to.equal(live);
    expect(deployment.leftovers).to.deep.equal([copy]);
  });

  it("knows who stands on a resource, by whatever kind of need", () => {
    const on = urnOf("a");
    const { deployment } = staged({
      resources: [
        stateOf("a"),
        stateOf("depends", {}, { dependencies: [on] }),
        stateOf("child", {}, { parent: on }),
        stateOf("guest", {}, { deletedWith: on }),
        stateOf("uses", {}, { propertyDependencies: { size: [on] } }),
        stateOf("aside"),
      ],
    });
    expect(ids(deployment.dependentsOf(on))).to.deep.equal(
      ["depends", "child", "guest", "uses"].map((name) => urnOf(name)),
    );
    expect(deployment.dependentsOf(urnOf("aside"))).to.deep.equal([]);
  });

  it("tells a provider's refusal in its own words, once, and stops", () => {
    const { deployment, errors } = staged();
    const refusal = Object.assign(new Error("2 UNKNOWN: no room"), { details: "no room" });
    deployment.fail({ op: "create", urn: urnOf("a") }, refusal);
    expect(errors()).to.deep.equal(["no room"]);
    expect(deployment.runner.stopped?.why).to.equal("failed");
    deployment.fail({ op: "create", urn: urnOf("b") }, Object.assign(new Error("no words"), { details: "" }));
    expect(errors()).to.deep.equal(["no room", "no words"]);
    const quiet = staged().deployment;
    quiet.failWithoutStep("wrong");
    expect([quiet.runner.failed, quiet.violated, quiet.programFailed]).to.deep.equal([true, false, false]);
  });

  it("writes nothing in a preview", async () => {
    const { deployment, writer } = staged({ dryRun: true });
    await deployment.snapshot.commit({ put: [stateOf("a")] });
    expect(writer.log).to.deep.equal([]);
    expect(deployment.snapshot.current().resources).to.have.length(1);
  });

  it("shows policies the provider in clear, as they may judge its region, but no provider of a provider", () => {
    const provider = { ...stateOf("mine", { region: secret("here") }), urn: PROVIDER_URN, type: "pulumi:providers:x" };
    const { deployment } = staged({ resources: [provider] });
    const goal = { ...emptyGoal("x:y:Thing", "a"), protect: true, customTimeouts: { create: 9 } };
    const analyzed = deployment.analyzed(goal, urnOf("a"), { size: 1 }, PROVIDER);
    expect(analyzed.provider).to.deep.equal({
      urn: PROVIDER_URN,
      type: "pulumi:providers:x",
      name: "mine",
      properties: { region: "here" },
    });
    expect(analyzed.options).to.not.have.property("deleteBeforeReplace");
    const said = deployment.analyzed({ ...goal, deleteBeforeReplace: false }, urnOf("a"), {});
    expect(said.options.deleteBeforeReplace).to.equal(false);
    expect(analyzed.options).to.deep.include({ protect: true, customTimeouts: { create: 9, update: 0, delete: 0 } });
    expect(deployment.analyzed(emptyGoal("x:y:Thing", "b"), urnOf("b"), {}).options.protect).to.equal(false);
    expect(deployment.analyzed(emptyGoal("pulumi:providers:x", "p"), urnOf("p"), {}, PROVIDER)).to.not.have.property(
      "provider",
    );
  });

  it("shows stack policies the outputs of everything that is there, and no copy that goes", () => {
    const { deployment } = staged({
      resources: [
        stateOf(
          "a",
          { size: 1 },
          { outputs: { size: 1, arn: "arn" }, propertyDependencies: { size: [], tag: [urnOf("b")] } },
        ),
        stateOf("a", {}, { delete: true }),
      ],
    });
    const analyzed = deployment.analyzedStack();
    expect(analyzed).to.have.length(1);
    expect(analyzed[0]).to.deep.include({
      properties: { size: 1, arn: "arn" },
      parent: "",
      dependencies: [],
      propertyDependencies: { tag: [urnOf("b")] },
    });
  });
});

describe("the state a goal leads to", () => {
  const goal = { ...emptyGoal("x:y:Thing", "a"), parent: urnOf("box") };
  const plan = (rest: object = {}, old = undefined as Parameters<typeof plannedState>[5]) =>
    plannedState(
      staged({ now: () => new Date(5000) }).deployment,
      { ...goal, ...rest },
      urnOf("a"),
      { size: 1 },
      PROVIDER,
      old,
    );

  it("holds nothing that was not said", () => {
    const time = new Date(5000).toISOString();
    expect(plan()).to.deep.equal({
      urn: urnOf("a"),
      custom: true,
      type: "x:y:Thing",
      inputs: { size: 1 },
      outputs: {},
      parent: urnOf("box"),
      provider: PROVIDER,
      created: time,
      modified: time,
    });
  });

  it("keeps id and times of the old one; a component has none", () => {
    const old = stateOf("a", {}, { created: "then", modified: "later" });
    expect(plan({}, old)).to.deep.include({ id: "id-a", created: "then", modified: "later" });
    expect(plan({ custom: false }, old)).to.not.have.property("id");
    expect(plan({ custom: false })).to.not.have.property("created");
  });

  it("keeps timeouts that say something", () => {
    expect(plan({ customTimeouts: { create: 0, delete: 30 } }).customTimeouts).to.deep.equal({ delete: 30 });
    expect(plan({ customTimeouts: { create: 0 } })).to.not.have.property("customTimeouts");
  });
});
