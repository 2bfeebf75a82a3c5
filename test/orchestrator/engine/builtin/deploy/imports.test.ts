import { expect } from "chai";
import { importStep, readStep } from "../../../../../orchestrator/engine/builtin/deploy/imports";
import { emptyGoal } from "../../../../../orchestrator/engine/builtin/deploy/providers";
import { StepFailed } from "../../../../../orchestrator/engine/builtin/deploy/runner";
import type { Properties, ResourceState } from "../../../../../orchestrator/engine/builtin/model";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { PROVIDER, scripted, staged, type ScriptedProvider, type Staged } from "../../../../support/deployments";
import { stateOf, urnOf } from "../../../../support/states";

const goal = { ...emptyGoal("x:y:Thing", "a"), importId: "i-1", properties: { size: 2 } };
const failed = async (step: Promise<unknown>) => {
  const error = await step.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(StepFailed);
};

describe("taking an existing resource in", () => {
  const unchanged = (imported: ResourceState) => Promise.resolve(imported);
  const pass = (inputs: Properties) => Promise.resolve(inputs);
  const importing = (
    { deployment }: Staged,
    provider: ScriptedProvider,
    old?: ResourceState,
    judge = pass,
    update: Parameters<typeof importStep>[7] = unchanged,
  ) => importStep(deployment, goal, urnOf("a"), old, provider, PROVIDER, judge, update);
  const found = {
    read: () => Promise.resolve({ id: "i-1", inputs: { size: 1 }, outputs: { size: 1, arn: "arn" }, initErrors: [] }),
    check: (_urn: string, _olds: Properties | undefined, news: Properties) =>
      Promise.resolve({ inputs: news, failures: [] }),
  };

  it("keeps it as it is read, and updates it to what the program wants of it", async () => {
    const stage = staged();
    let update: [ResourceState, ResourceState] | undefined;
    const provider = scripted(found);
    await importing(stage, provider, undefined, pass, (imported, planned) => {
      update = [imported, planned];
      return Promise.resolve(planned);
    });
    expect(update?.[0]).to.deep.include({ id: "i-1", inputs: { size: 1 }, outputs: { size: 1, arn: "arn" } });
    expect(update?.[1]).to.deep.include({ id: "i-1", inputs: { size: 2 } });
    expect(stage.writer.log).to.deep.equal(["put a"]);
    expect(stage.finished()).to.deep.equal(["import a"]);
    expect(provider.calls).to.deep.equal(["read a", "check a"]);
  });

  it("lets the policies judge the inputs the provider made of it", async () => {
    const seen: Properties[] = [];
    await importing(staged(), scripted(found), undefined, (inputs) => {
      seen.push(inputs);
      return Promise.resolve(inputs);
    });
    expect(seen).to.deep.equal([{ size: 2 }]);
  });

  it("that does not exist fails, and stores nothing", async () => {
    const stage = staged();
    await failed(importing(stage, scripted({ read: () => Promise.resolve(undefined) })));
    expect(stage.errors()).to.deep.equal(["resource 'i-1' does not exist"]);
    expect(stage.deployment.snapshot.current()).to.deep.equal({ resources: [], pending: [] });
  });

  it("in place of another of its name marks that one for deletion at the end", async () => {
    const old = stateOf("a", {}, { provider: PROVIDER });
    const stage = staged({ resources: [old] });
    await importing(stage, scripted(found), old);
    expect(stage.finished()).to.deep.equal(["import-replacement a"]);
    expect(stage.deployment.snapshot.current().resources.map((state) => [state.id, state.delete])).to.deep.equal([
      ["i-1", undefined],
      ["id-a", true],
    ]);
    expect(stage.deployment.replaced).to.deep.equal([{ ...old, delete: true }]);
  });
});

describe("looking at a resource", () => {
  const read = (outputs: Properties) =>
    scripted({ read: () => Promise.resolve({ id: "i-1", outputs, initErrors: [] }) });
  const look = ({ deployment }: Staged, provider: ScriptedProvider) =>
    readStep(
      deployment,
      { ...goal, importId: "", additionalSecretOutputs: ["token"] },
      urnOf("a"),
      "i-1",
      provider,
      PROVIDER,
    );

  it("stores it as external, with what the program wants secret kept secret", async () => {
    const stage = staged();
    const state = await look(stage, read({ token: "hush" }));
    expect(state).to.deep.include({ external: true, id: "i-1", outputs: { token: secret("hush") } });
    expect(stage.writer.log).to.deep.equal(["begin reading a", "put a end"]);
  });

  it("is news the first time only", async () => {
    const first = staged();
    await look(first, read({}));
    expect(first.deployment.events.changes).to.deep.equal({ read: 1 });
    const again = staged({ resources: [stateOf("a", {}, { external: true, provider: PROVIDER })] });
    await look(again, read({}));
    expect(again.finished()).to.deep.equal(["read a"]);
    expect(again.deployment.events.changes).to.deep.equal({});
    expect(again.deployment.snapshot.current().resources).to.have.length(1);
  });

  it("that was made by this stack before is a replacement of it", async () => {
    const stage = staged({ resources: [stateOf("a", {}, { provider: PROVIDER })] });
    await look(stage, read({}));
    expect(stage.finished()).to.deep.equal(["read-replacement a"]);
  });

  it("that does not exist fails, and leaves nothing open", async () => {
    const stage = staged();
    await failed(look(stage, scripted({ read: () => Promise.resolve(undefined) })));
    expect(stage.errors()).to.deep.equal(["resource 'i-1' does not exist"]);
    expect(stage.writer.unended).to.deep.equal([]);
  });
});
