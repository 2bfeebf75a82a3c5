import { expect } from "chai";
import { CommandFailure, exit, stackNotFound } from "../../../../../orchestrator/engine/builtin/command/failure";

describe("a failed command", () => {
  it("carries its exit code, what it prints, and its cause", () => {
    const cause = new Error("below");
    const failure = new CommandFailure(exit.cancelled, "error: operation canceled", { cause });
    expect(failure).to.be.instanceOf(Error);
    expect([failure.exitCode, failure.stderr, failure.message]).to.deep.equal([
      8,
      "error: operation canceled",
      "error: operation canceled",
    ]);
    expect(failure.cause).to.equal(cause);
  });

  it("for want of the stack ends in the code and words by which the Automation API knows it", () => {
    const failure = stackNotFound("dev");
    expect([failure.exitCode, failure.stderr]).to.deep.equal([6, "error: no stack named 'dev' found"]);
  });

  it("ends in a code of its own for each reason", () => {
    expect(new Set(Object.values(exit)).size).to.equal(Object.keys(exit).length);
    expect(Object.values(exit)).to.not.include(0);
  });
});
