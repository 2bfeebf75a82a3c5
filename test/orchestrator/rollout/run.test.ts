import { expect } from "chai";
import { SlipwayError } from "../../../orchestrator/errors";
import { createInterruption } from "../../../orchestrator/rollout/interruption";
import { failedBy, run, type RunRequest } from "../../../orchestrator/rollout/run";
import type { Step, StepOutcome } from "../../../orchestrator/rollout/step";

const step = (environment: string, n: number): Step => ({
  id: `${environment}/${n}`,
  environment,
  kind: "verify",
  title: `${n}`,
});
const steps = [step("dev", 1), step("dev", 2), step("staging", 1)];
const good: StepOutcome = { status: "succeeded" };

describe("a run of steps", () => {
  const log: string[] = [];
  const interruption = { source: createInterruption() };
  beforeEach(() => {
    log.splice(0);
    interruption.source = createInterruption();
  });
  const go = (changed: Partial<RunRequest> = {}) => {
    let ticks = 0;
    const journal = (name: string) => ({
      append: (entry: object) => {
        const { event, step: id } = entry as { event: string; step: string };
        log.push(`${name}: ${event} ${id}`);
      },
    });
    return run({
      run: "r1",
      steps,
      finished: new Map(),
      journals: new Map(["dev", "staging"].map((name) => [name, journal(name)])),
      interruption: interruption.source,
      clock: { now: () => new Date(0), milliseconds: () => 1500 * ticks++ },
      observer: { begin: () => undefined, end: () => undefined },
      perform: ({ id }) => {
        log.push(`do ${id}`);
        return Promise.resolve(good);
      },
      leave: (environment) => {
        log.push(`leave ${environment}`);
        return Promise.resolve();
      },
      ...changed,
    });
  };
  const statuses = (records: { status: string }[]) => records.map(({ status }) => status);

  it("writes each step down before its first effect and after its last, and leaves each environment", async () => {
    const records = await go();
    expect(log).to.deep.equal([
      "dev: begin dev/1",
      "do dev/1",
      "dev: end dev/1",
      "dev: begin dev/2",
      "do dev/2",
      "dev: end dev/2",
      "leave dev",
      "staging: begin staging/1",
      "do staging/1",
      "staging: end staging/1",
      "leave staging",
    ]);
    expect(records.map(({ seconds }) => seconds)).to.deep.equal([1.5, 1.5, 1.5]);
  });
  it("begins nothing after a failure, and says of the rest which step was the cause", async () => {
    const records = await go({ perform: () => Promise.resolve({ status: "failed", reason: "no", fix: "mend" }) });
    expect(statuses(records)).to.deep.equal(["failed", "early exit", "early exit"]);
    expect(records[2]).to.include({ cause: "dev/1", reason: "dev/1 failed", seconds: 0 });
    expect(log).to.deep.equal(["dev: begin dev/1", "dev: end dev/1", "leave dev", "leave staging"]);
  });
  it("lets no environment wait for another where they run side by side, nor stop because of it", async () => {
    const preview = Promise.withResolvers<StepOutcome>();
    const records = await go({
      sideBySide: true,
      perform: ({ id }) => {
        if (id === "dev/1") return preview.promise;
        if (id === "staging/1") preview.resolve({ status: "failed", reason: "no", fix: "mend" });
        return Promise.resolve(good);
      },
    });
    expect(records.map(({ step: { id }, status }) => `${id} ${status}`)).to.deep.equal([
      "dev/1 failed",
      "dev/2 early exit",
      "staging/1 succeeded",
    ]);
    expect(log.filter((line) => line.startsWith("leave"))).to.have.members(["leave dev", "leave staging"]);
  });
  it("hands on what kept an environment from being left, when the others are done", async () => {
    const left: string[] = [];
    const met = await go({
      sideBySide: true,
      leave: (environment) => {
        left.push(environment);
        return environment === "dev" ? Promise.reject(new Error("the folder is gone")) : Promise.resolve();
      },
    }).catch((error: unknown) => error);
    expect(met).to.have.property("message", "the folder is gone");
    expect(left).to.have.members(["dev", "staging"]);
  });
  it("does not repeat what finished before, and keeps its result and time", async () => {
    const outcome = { ...good, notes: ["from before"] };
    const end = { event: "end" as const, run: "r1", at: "", step: "dev/1", seconds: 7, outcome };
    const records = await go({ finished: new Map([["dev/1", end]]) });
    expect(log).to.not.include("do dev/1");
    expect(records[0]).to.deep.include({ status: "succeeded", seconds: 7, earlier: true, notes: ["from before"] });
    expect(records[1]).to.include({ earlier: false });
  });
  it("begins nothing after a signal", async () => {
    const records = await go({
      perform: () => {
        interruption.source.signal();
        return Promise.resolve(good);
      },
    });
    expect(statuses(records)).to.deep.equal(["succeeded", "early exit", "early exit"]);
    expect(records[1]).to.include({ kind: "interrupted", reason: "the run was interrupted" });
  });
  it("does not begin what it cannot write down", async () => {
    const full = {
      append: () => {
        throw new SlipwayError("disk-full", "no space left", "free some", "failure");
      },
    };
    const records = await go({ journals: new Map([["dev", full]]) });
    expect(records[0]).to.include({ status: "failed", reason: "no space left", fix: "free some" });
    expect(log.filter((line) => line.startsWith("do"))).to.deep.equal([]);
  });
  it("makes an outcome of whatever is thrown: a refusal, the engine's words, a defect", () => {
    expect(failedBy(new SlipwayError("lock-held", "held", "wait", "refused"))).to.deep.equal({
      status: "failed",
      reason: "held",
      fix: "wait",
      kind: "refused",
    });
    const defect = failedBy(new TypeError("x is undefined"));
    expect(defect).to.include({ status: "failed", reason: "x is undefined", kind: "engine" });
    expect(defect.fix).to.include("defect of Slipway");
    expect(failedBy("text").reason).to.equal("text");
  });
});
