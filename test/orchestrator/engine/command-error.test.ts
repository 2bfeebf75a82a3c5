import { ConcurrentUpdateError, StackAlreadyExistsError, StackNotFoundError } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { commandError, type FailedCommand } from "../../../orchestrator/engine/command-error";

const failed = (rest: Partial<FailedCommand>) => commandError({ line: "pulumi up", exitCode: 1, printed: "", ...rest });

describe("a failed command", () => {
  it("is the SDK's own error for what it printed", async () => {
    expect(await failed({ printed: "error: no stack named 'dev' found" })).to.be.instanceOf(StackNotFoundError);
    expect(await failed({ printed: "error: stack 'dev' already exists" })).to.be.instanceOf(StackAlreadyExistsError);
    expect(
      await failed({ printed: "error: the stack is currently locked by 1 lock(s). Either wait for the other" }),
    ).to.be.instanceOf(ConcurrentUpdateError);
  });

  it("names the command, its exit code and everything it printed", async () => {
    const error = await failed({ exitCode: 7, printed: "error: no changes were expected" });
    expect(error.message)
      .to.contain("failed with exit code 7: pulumi up")
      .and.to.contain("error: no changes were expected");
  });

  it("keeps exit code, signal and cause where callers look for them", async () => {
    const cause = new Error("below");
    const error = await failed({ exitCode: undefined, signal: "SIGKILL", cause });
    expect(error.message).to.contain("was killed with SIGKILL");
    const { err } = (error as unknown as { commandResult: { err: Error & { exitCode?: number; signal?: string } } })
      .commandResult;
    expect([err.exitCode, err.signal, err.cause]).to.deep.equal([undefined, "SIGKILL", cause]);
  });
});
