import { expect } from "chai";
import { createInterruption, listenForSignals } from "../../../orchestrator/rollout/interruption";

describe("interruption", () => {
  it("is none before a signal", () => {
    const { cancelled, terminated } = createInterruption();
    expect([cancelled.aborted, terminated.aborted]).to.deep.equal([false, false]);
  });
  it("cancels with the first signal, terminates with the second and takes no notice of more", () => {
    const source = createInterruption();
    const states = [1, 2, 3].map(() => {
      source.signal();
      return [source.cancelled.aborted, source.terminated.aborted];
    });
    expect(states).to.deep.equal([
      [true, false],
      [true, true],
      [true, true],
    ]);
  });

  describe("by the signals of the process", () => {
    const own = (signal: "SIGINT" | "SIGTERM") => process.listeners(signal);
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      it(`hears ${signal}, says what happens, and does not end the process`, () => {
        const source = createInterruption();
        const said: string[] = [];
        const before = own(signal);
        const stop = listenForSignals(source, (text) => said.push(text));
        const [listener] = own(signal).filter((one) => !before.includes(one));
        try {
          (listener as () => void)();
          expect(source.cancelled.aborted).to.equal(true);
          expect(said[0]).to.include("run the same command again to continue");
          (listener as () => void)();
          expect(source.terminated.aborted).to.equal(true);
          expect(said[1]).to.include("stopping now");
        } finally {
          stop();
        }
        expect(own(signal)).to.deep.equal(before);
      });
  });
});
