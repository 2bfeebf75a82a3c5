import { expect } from "chai";
import { createWait } from "../../../orchestrator/checks/wait";

/** A clock that moves only when somebody sleeps. */
function fakeClock() {
  const slept: number[] = [];
  let time = 0;
  return {
    slept,
    milliseconds: () => time,
    sleep: (milliseconds: number) => {
      slept.push(milliseconds);
      time += milliseconds;
      return Promise.resolve();
    },
  };
}

describe("waitUntil", () => {
  const never = new AbortController().signal;

  it("does not sleep for what is already there", async () => {
    const clock = fakeClock();
    const attempt = () => Promise.resolve({ done: true, value: 1 });
    expect(await createWait(clock, never)({ reason: "r", deadlineSeconds: 10, attempt })).to.deep.equal({
      done: true,
      value: 1,
    });
    expect(clock.slept).to.deep.equal([]);
  });

  it("tries again after growing pauses until it is there", async () => {
    const clock = fakeClock();
    let left = 3;
    const attempt = () => Promise.resolve({ done: left-- === 0, value: left });
    expect((await createWait(clock, never)({ reason: "r", deadlineSeconds: 10, attempt })).done).to.equal(true);
    expect(clock.slept).to.deep.equal([100, 200, 400]);
  });

  it("gives back what it saw last when the deadline passes, having tried at the deadline itself", async () => {
    const clock = fakeClock();
    let tries = 0;
    const attempt = () => Promise.resolve({ done: false, value: ++tries });
    const seen = await createWait(clock, never)({ reason: "r", deadlineSeconds: 1, attempt });
    expect(seen).to.deep.equal({ done: false, value: tries });
    expect(clock.milliseconds()).to.equal(1000);
  });

  it("ends when the run is interrupted", async () => {
    const clock = fakeClock();
    const interrupted = new AbortController();
    const attempt = () => {
      interrupted.abort();
      return Promise.resolve({ done: false, value: 0 });
    };
    const seen = await createWait(clock, interrupted.signal)({ reason: "r", deadlineSeconds: 3600, attempt });
    expect(seen.done).to.equal(false);
    expect(clock.slept).to.deep.equal([]);
  });

  it("passes on what an attempt throws", async () => {
    const attempt = () => Promise.reject(new Error("unreachable"));
    const failure = await createWait(
      fakeClock(),
      never,
    )({ reason: "r", deadlineSeconds: 1, attempt }).catch((e: Error) => e);
    expect(failure).to.include({ message: "unreachable" });
  });
});
