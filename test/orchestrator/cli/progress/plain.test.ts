import { expect } from "chai";
import { plainProgress } from "../../../../orchestrator/cli/progress/plain";
import type { StepRecord } from "../../../../orchestrator/rollout/step";
import { fakeTerminal } from "../fixture";

const step = { id: "dev/up/Network", environment: "dev", kind: "up" as const, title: "build network and IAM" };
const ended = (more: Partial<StepRecord> = {}) => {
  const { terminal, written } = fakeTerminal();
  const progress = plainProgress(terminal);
  progress.end({ step, status: "succeeded", seconds: 3, earlier: false, ...more });
  void progress.finish();
  return written.out;
};

describe("progress off a terminal", () => {
  it("is a line when a step begins", () => {
    const { terminal, written } = fakeTerminal();
    plainProgress(terminal).begin(step);
    expect(written.out).to.equal("dev: build network and IAM ...\n");
  });
  it("is a line when it ends, with how and how long", () => {
    expect(ended()).to.equal("dev: build network and IAM succeeded (3.0 s)\n");
    expect(ended({ status: "failed", reason: "no room" })).to.equal(
      "dev: build network and IAM failed (3.0 s)\n  why: no room\n",
    );
  });
  it("tells what was not done from what was done before", () => {
    expect(ended({ earlier: true })).to.equal("dev: build network and IAM finished in the run before\n");
    expect(ended({ status: "early exit", reason: "dev/preflight failed" })).to.equal(
      "dev: build network and IAM not done: dev/preflight failed\n",
    );
  });
  it("tells in one line of steps that are not done for one reason, by environment", () => {
    const { terminal, written } = fakeTerminal();
    const progress = plainProgress(terminal);
    const skip = (environment: string, title: string, reason: string) =>
      progress.end({
        step: { ...step, environment, title },
        status: "early exit",
        reason,
        seconds: 0,
        earlier: false,
      });
    skip("dev", "build", "dev/preflight failed");
    skip("dev", "verify", "dev/preflight failed");
    skip("dev", "preview again", "dev/preflight failed");
    skip("staging", "build", "dev/preflight failed");
    skip("staging", "verify", "dev/preflight failed");
    progress.begin({ ...step, environment: "production" });
    expect(written.out.split("\n")).to.deep.equal([
      "dev: build and 2 later steps not done: dev/preflight failed",
      "staging: build and 1 later step not done: dev/preflight failed",
      "production: build network and IAM ...",
      "",
    ]);
  });
  it("ends at once: there is nothing left to draw", async () => {
    expect(await plainProgress(fakeTerminal().terminal).finish()).to.equal(undefined);
  });
});
