import { expect } from "chai";
import { parseLockHolder, recoverLock } from "../../../orchestrator/rollout/lock";
import type { ProcessTable } from "../../../orchestrator/rollout/processes";
import { refusal } from "../../support/refusal";
import { FakeStack } from "../../support/rollout";

const message = (host: string) =>
  `error: the stack is currently locked by 1 lock(s)\n  file:///x/1.json?no_tmp_dir=true: created by ann@${host} (pid 77) at 2026-01-02T03:04:05Z`;
const processes = (alive: boolean): ProcessTable => ({
  host: "here",
  pid: 1,
  alive: () => alive,
  startedAt: () => undefined,
});

describe("Pulumi's own lock", () => {
  let stack: FakeStack;
  beforeEach(() => (stack = new FakeStack("dev")));

  it("names its holder", () => {
    expect(parseLockHolder(message("here"))).to.deep.equal({
      user: "ann",
      host: "here",
      pid: 77,
      at: "2026-01-02T03:04:05Z",
    });
    expect(parseLockHolder("locked, somehow")).to.equal(undefined);
  });

  it("is broken once when its holder is provably dead, and that is noted", async () => {
    const note = await recoverLock(message("here"), { stack, processes: processes(false) });
    expect(stack.calls).to.deep.equal(["break lock"]);
    expect(note).to.include("process 77");
  });

  for (const [what, text, alive] of [
    ["lives", message("here"), true],
    ["is on another machine", message("there"), false],
    ["cannot be told", "the stack is currently locked by somebody", false],
  ] as const) {
    it(`is never touched when its holder ${what}`, async () => {
      const error = await refusal(() => recoverLock(text, { stack, processes: processes(alive) }));
      expect(error).to.include({ code: "stack-locked", kind: "refused" });
      expect(stack.calls).to.deep.equal([]);
    });
  }
});
