import { expect } from "chai";
import { reportFailure } from "../../../orchestrator/cli/failure";
import { exitCodes, SlipwayError, type ErrorKind } from "../../../orchestrator/errors";
import { fakeTerminal } from "./fixture";

describe("the last words of a command that failed", () => {
  for (const [kind, exit] of Object.entries(exitCodes))
    it(`are an exit code of ${exit} for ${kind}`, () => {
      const { terminal } = fakeTerminal();
      expect(reportFailure(new SlipwayError("c", "m", "f", kind as ErrorKind), terminal, false)).to.equal(exit);
    });
  it("are code, message and fix on stderr, with nothing on stdout", () => {
    const { terminal, written } = fakeTerminal();
    reportFailure(new SlipwayError("lock-held", "dev is in use", "wait for it", "refused"), terminal, false);
    expect(written).to.deep.equal({ out: "", err: "error lock-held: dev is in use\n  fix: wait for it\n" });
  });
  it("are one JSON document when that is wanted", () => {
    const { terminal, written } = fakeTerminal({ json: true });
    reportFailure(new SlipwayError("lock-held", "dev is in use", "wait for it", "refused"), terminal, false);
    expect(JSON.parse(written.out)).to.deep.equal({
      result: "failed",
      exitCode: 4,
      error: { code: "lock-held", message: "dev is in use", fix: "wait for it" },
    });
  });
  it("call anything else a defect of ours, and show its trace only to those who look for it", () => {
    const error = Object.assign(new TypeError("x is undefined"), { stack: "TypeError: x\n    at somewhere.ts:1" });
    const said = (debug: boolean) => {
      const { terminal, written } = fakeTerminal();
      expect(reportFailure(error, terminal, debug)).to.equal(3);
      return written.err;
    };
    expect(said(false)).to.include("error internal: x is undefined").and.include("SLIPWAY_DEBUG=1");
    expect(said(false)).to.not.include("somewhere.ts");
    expect(said(true)).to.include("somewhere.ts");
  });
  it("fit the terminal", () => {
    const { terminal, written } = fakeTerminal({ columns: 40 });
    reportFailure(new SlipwayError("c", "word ".repeat(40), "fix it ".repeat(20)), terminal, false);
    for (const line of written.err.split("\n")) expect(line.length, line).to.be.at.most(40);
  });
});
