import { expect } from "chai";
import { createProgress } from "../../../../orchestrator/cli/progress/progress";
import { createTerminal } from "../../../../orchestrator/cli/terminal";
import { createRedactor } from "../../../../orchestrator/report/redact";
import { execute } from "../../../../orchestrator/rollout/execute";
import { useFolder } from "../../../support/folder";
import { FakeRollout, passed } from "../../../support/rollout";

describe("progress", () => {
  const folder = useFolder();

  /** A run off a terminal; its lines. */
  async function lines(rollout: FakeRollout): Promise<string[]> {
    let out = "";
    const terminal = createTerminal({
      stdout: { write: (text) => (out += text) },
      stderr: { write: () => undefined },
      json: false,
      color: true,
      redactor: createRedactor(),
      environment: {},
    });
    await execute(rollout.request(folder(), { observe: (steps) => createProgress(steps, terminal) }));
    return out.split("\n");
  }

  it("off a terminal tells each step when it begins and when it ends, how long it took and what proved it", async () => {
    const seen = await lines(new FakeRollout());
    expect(seen).to.include("dev: build network and IAM ...");
    expect(seen.some((line) => /^dev: build network and IAM succeeded \(\d/.test(line))).to.equal(true);
    expect(seen).to.include("  1 of 1 checks passed (stand-in)");
  });

  it("fits 80 columns and holds no control character", async () => {
    const rollout = new FakeRollout();
    rollout.check = {
      verify: () => Promise.resolve([{ ...passed, verdict: "failed" as const, detail: "a long story ".repeat(20) }]),
      diagnose: () =>
        Promise.resolve([{ requirement: "A1.5", cause: "c ".repeat(80), fix: "f ".repeat(80), subjects: [] }]),
    };
    for (const line of await lines(rollout)) {
      expect(line.length, line).to.be.at.most(80);
      // eslint-disable-next-line no-control-regex -- their absence is the promise
      expect(line).to.not.match(/[\u0000-\u001f]/);
    }
  });

  it("tells causes and fixes of what failed, and why the rest was not done", async () => {
    const rollout = new FakeRollout();
    rollout.check = {
      verify: () => Promise.resolve([{ ...passed, verdict: "failed" as const }]),
      diagnose: () =>
        Promise.resolve([{ requirement: "A1.5", cause: "no NAT", fix: "associate it", subjects: ["rtb-1"] }]),
    };
    const text = (await lines(rollout)).join("\n");
    expect(text).to.include("cause A1.5: no NAT (rtb-1)").and.include("fix: associate it");
    expect(text).to.match(/dev: build control plane and \d+ later steps? not done: dev\/verify\/Network failed/);
  });
});
