import { expect } from "chai";
import { exitCodes, SlipwayError } from "../../orchestrator/errors";

describe("what Slipway refuses", () => {
  it("carries a code for machines, and what, why and how to mend it for people", () => {
    const cause = new Error("EACCES");
    const error = new SlipwayError("lock-held", "dev is in use", "wait for it", "refused", { cause });
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({ name: "SlipwayError", code: "lock-held", message: "dev is in use", fix: "wait for it" });
    expect(error.cause).to.equal(cause);
  });
  it("is a failure unless it says otherwise", () =>
    expect(new SlipwayError("code", "message", "fix").kind).to.equal("failure"));
  it("ends with the exit code of its kind, never with success", () =>
    expect(exitCodes).to.deep.equal({ failure: 1, usage: 2, engine: 3, refused: 4, interrupted: 130 }));
});
