import { expect } from "chai";
import { Interrupter } from "../../../../../orchestrator/engine/builtin/command/interrupter";

describe("an interrupter", () => {
  const levels = ({ cancelled, terminated }: Interrupter) => [cancelled.aborted, terminated.aborted];

  it("stops nothing by itself, then cleanly, then at once", () => {
    const interrupter = new Interrupter();
    expect(levels(interrupter)).to.deep.equal([false, false]);
    interrupter.cancel();
    expect(levels(interrupter)).to.deep.equal([true, false]);
    interrupter.terminate();
    expect(levels(interrupter)).to.deep.equal([true, true]);
  });

  it("that gives up at once has cancelled too, and who listens to that hears it first", () => {
    const interrupter = new Interrupter();
    const heard: string[] = [];
    interrupter.terminated.addEventListener("abort", () => heard.push("terminated"));
    interrupter.cancelled.addEventListener("abort", () => heard.push("cancelled"));
    interrupter.terminate();
    expect(heard).to.deep.equal(["cancelled", "terminated"]);
  });

  it("tells each level once, however often it is asked", () => {
    const interrupter = new Interrupter();
    let heard = 0;
    interrupter.cancelled.addEventListener("abort", () => heard++);
    interrupter.cancel();
    interrupter.cancel();
    interrupter.terminate();
    expect(heard).to.equal(1);
  });
});
