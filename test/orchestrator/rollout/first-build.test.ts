import { expect } from "chai";
import { FirstBuild, type RunProgram } from "../../../orchestrator/rollout/first-build";
import type { Engine } from "../../../orchestrator/rollout/engine";
import { createInterruption } from "../../../orchestrator/rollout/interruption";
import { refusal } from "../../support/refusal";
import { strict } from "../../support/rollout";

/** An engine that reports one creation per phase, as if it were its standstill that brought it about. */
function building(run: (mayGoOn: Parameters<RunProgram>[1]) => Promise<unknown>) {
  let tell: NonNullable<Parameters<RunProgram>[0]["onEvent"]> = () => undefined;
  let phase = 0;
  const engine = strict<Engine & Required<Pick<Engine, "standstill">>>("the engine", {
    listening: undefined,
    standstill: () => {
      const metadata = { urn: `urn:${++phase}`, op: "create", old: null, new: null };
      tell({ sequence: phase, timestamp: 0, resourcePreEvent: { metadata } } as never);
      return Promise.resolve();
    },
  });
  return new FirstBuild(engine, createInterruption(), (hooks, mayGoOn) => {
    tell = (event) => hooks.onEvent?.(event);
    return run(mayGoOn);
  });
}

describe("a first build", () => {
  it("counts for each phase what was done for it alone", async () => {
    const build = building(async (mayGoOn) => {
      for (let declared = 1; await mayGoOn(declared, {}); declared++);
    });
    expect((await build.next()).changes).to.deep.equal({ create: 1 });
    expect(build.built).to.equal(1);
    const second = await build.next();
    expect(second.steps.map(({ urn }) => urn)).to.deep.equal(["urn:2"]);
    expect(build.built).to.equal(2);
    await build.end();
  });

  it("declares nothing more once it was told to end", async () => {
    const asked: boolean[] = [];
    const build = building(async (mayGoOn) => {
      asked.push(await mayGoOn(1, {}));
    });
    await build.next();
    expect(asked).to.deep.equal([]);
    await build.end();
    expect(asked).to.deep.equal([false]);
  });

  it("hands a defect to whoever waits for the phase", async () => {
    const build = building(() => Promise.reject(new TypeError("a defect")));
    const met = await build.next().catch((error: unknown) => error);
    expect(met).to.be.instanceOf(TypeError).with.property("message", "a defect");
  });

  it("says when what was built could not be concluded", async () => {
    const refused = Object.assign(new Error("failed"), { commandResult: { stderr: "error: the disk is full" } });
    const build = building(async (mayGoOn) => {
      await mayGoOn(1, {});
      throw refused;
    });
    await build.next();
    const error = await refusal(() => build.end());
    expect(error).to.include({ code: "build-not-ended", kind: "engine" });
    expect(error.message).to.include("the disk is full");
  });
});
