import { expect } from "chai";
import path from "node:path";
import { openEnvironment, type OpenRequest } from "../../../orchestrator/rollout/environment";
import type { Parts } from "../../../orchestrator/rollout/parts";
import { phases } from "../../../orchestrator/rollout/phases";
import { useFolder } from "../../support/folder";
import { FakeRollout } from "../../support/rollout";

describe("opening an environment", () => {
  const folder = useFolder();
  let rollout: FakeRollout;
  beforeEach(() => (rollout = new FakeRollout()));
  const open = (changed: Partial<OpenRequest> = {}) =>
    openEnvironment({
      ...rollout.request(folder(), changed),
      environment: "dev",
      chosen: phases,
      planned: undefined,
      ...changed,
    });
  const parts = (changed: Partial<Parts>): Parts => ({ ...rollout.parts, ...changed });
  const failure = (attempt: Promise<unknown>) =>
    attempt.then(
      () => expect.fail("it opened"),
      (error: unknown) => (error as Error).message,
    );

  it("starts the world of a rehearsal and ends it", async () => {
    const { context, close } = await open();
    expect(context.sandbox).to.not.equal(undefined);
    expect(rollout.closed).to.deep.equal([]);
    await close();
    expect(rollout.closed).to.deep.equal(["dev"]);
  });
  it("asks the real account on the aws target, and starts no world", async () => {
    const { context, close } = await open({
      target: "aws",
      parts: parts({ startSandbox: () => expect.fail("a world was started") }),
    });
    expect(context.sandbox).to.equal(undefined);
    expect(await context.aws.tagged("a", "b")).to.deep.equal([]);
    await close();
  });
  it("leaves nothing open when the stack cannot be had", async () => {
    const message = await failure(open({ parts: parts({ openStack: () => Promise.reject(new Error("no stack")) }) }));
    expect(message).to.equal("no stack");
    expect(rollout.closed).to.deep.equal(["dev"]);
  });
  it("starts nothing with a configuration that is wrong", async () => {
    const broken = parts({
      loadConfig: () => Promise.reject(new Error("three mistakes")),
      startSandbox: () => expect.fail("a world was started"),
    });
    expect(await failure(open({ parts: broken }))).to.equal("three mistakes");
  });
  it("makes a stack that is not there, except to verify it", async () => {
    const asked: boolean[] = [];
    const watching = parts({
      openStack: (request) => {
        asked.push(request.create);
        return rollout.parts.openStack(request);
      },
    });
    for (const command of ["bootstrap", "preview", "destroy", "verify"] as const)
      await (await open({ command, parts: watching })).close();
    expect(asked).to.deep.equal([true, true, true, false]);
  });
  it("judges by the pack of the project at the environment's own level", async () => {
    const { context, close } = await open();
    expect(context.pack).to.deep.equal({
      directory: path.join(folder(), "policy"),
      config: path.join(folder(), "policy", "config", "dev.json"),
    });
    await close();
  });
  it("asks machine and environment before anything is touched [A0.1]", async () => {
    const item = (name: string) => ({ name, requirement: "A0.1", status: "ok" as const, detail: "" });
    const { context, close } = await open({
      parts: parts({
        examineMachine: () => Promise.resolve([item("Node")]),
        examineEnvironment: (environment) => Promise.resolve([item(environment)]),
      }),
    });
    expect((await context.preflight()).map(({ name }) => name)).to.deep.equal(["Node", "dev"]);
    await close();
  });
});
