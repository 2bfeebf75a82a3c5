import { expect } from "chai";
import { StepRunner, Stopped } from "../../../../../orchestrator/engine/builtin/deploy/runner";

function world(parallel: number, continueOnError = false) {
  const cancelled = new AbortController();
  const terminated = new AbortController();
  const runner = new StepRunner(parallel, continueOnError, {
    cancelled: cancelled.signal,
    terminated: terminated.signal,
  });
  return { runner, cancelled, terminated };
}
/** A step that ends when it is told to. */
function held() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { step: () => ended, end: () => end() };
}
const outcome = (run: Promise<unknown>) =>
  run.then(
    () => "done",
    (error: unknown) => (error instanceof Stopped ? error.why : String(error)),
  );

describe("step runner", () => {
  it("never runs more steps at once than it may, also when new ones come as a slot is freed", async () => {
    const { runner } = world(2);
    let running = 0;
    let most = 0;
    const step = async () => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
    };
    // Each finished step starts another in the moment its slot is handed on.
    const chain = async () => {
      for (let i = 0; i < 20; i++) await runner.run(step);
    };
    await Promise.all([chain(), chain(), chain(), chain(), chain()]);
    expect(most).to.equal(2);
  });

  it("starts nothing after a failure, unless told to continue", async () => {
    const stopping = world(1);
    stopping.runner.failed = true;
    expect(await outcome(stopping.runner.run(() => Promise.resolve()))).to.equal("failed");
    const going = world(1, true);
    going.runner.failed = true;
    expect(await outcome(going.runner.run(() => Promise.resolve()))).to.equal("done");
  });

  it("lets running steps finish at the first interruption and starts none of those that wait", async () => {
    const { runner, cancelled } = world(1);
    const first = held();
    const running = outcome(runner.run(first.step));
    const waiting = [runner.run(() => Promise.resolve()), runner.run(() => Promise.resolve())].map(outcome);
    cancelled.abort();
    first.end();
    expect(await running).to.equal("done");
    expect(await Promise.all(waiting)).to.deep.equal(["cancelled", "cancelled"]);
    await runner.drained();
  });

  it("does not wait for a hanging step at the second interruption", async () => {
    const { runner, terminated } = world(1);
    const hanging = held();
    const run = runner.run(hanging.step);
    const drained = runner.drained();
    terminated.abort();
    await drained;
    expect(runner.stopped?.why).to.equal("terminated");
    hanging.end();
    await run;
  });

  it("tells of a failure once, at once to whoever asks later", () => {
    const { runner } = world(1);
    let told = 0;
    runner.whenStopped(() => told++);
    runner.failed = true;
    runner.failed = true;
    expect(told).to.equal(1);
    runner.whenStopped(() => told++);
    expect(told).to.equal(2);
  });
});
