import path from "node:path";
import { expect } from "chai";
import { lastRunOf, statusCommand, verifiedAt } from "../../../../orchestrator/cli/commands/status";
import type { JournalEntry } from "../../../../orchestrator/rollout/journal";
import { phases } from "../../../../orchestrator/rollout/phases";
import { useFolder } from "../../../support/folder";
import { root } from "../../../support/pulumi";
import { invocation, options } from "../fixture";

const at = (minute: number) => `2026-01-02T03:0${minute}:00Z`;
const begin = (run: string, command = "bootstrap") =>
  ({ event: "run-begin", run, at: at(0), signature: JSON.stringify({ command }), fingerprint: "f" }) as JournalEntry;
const ended = (run: string, status: string) => ({ event: "run-end", run, at: at(9), status }) as JournalEntry;
const up = (minute: number) => ({ event: "begin", run: "r", at: at(minute), step: "dev/up/Network" }) as JournalEntry;
const verified = (minute: number, status = "succeeded") =>
  ({
    event: "end",
    run: "r",
    at: at(minute),
    step: "dev/verify/Network",
    seconds: 1,
    outcome: { status },
  }) as JournalEntry;

describe("status", () => {
  const folder = useFolder();

  it("says of an environment that nothing was built, without building anything", async () => {
    const { invocation: made, written } = invocation(root);
    const given = options(path.join(folder(), "state"), { environment: ["dev", "staging"] });
    expect(await statusCommand(given, made)).to.equal(0);
    expect(written.out).to.include("dev: not built, no run yet, drift not asked");
    expect(written.out).to.include("staging: not built, no run yet, drift not asked");
  });
  it("gives one document with every phase", async () => {
    const { invocation: made, written } = invocation(root, { json: true });
    await statusCommand(options(path.join(folder(), "state")), made);
    const { environments } = JSON.parse(written.out) as { environments: { built: boolean; phases: unknown[] }[] };
    expect(environments).to.have.length(1);
    expect(environments[0]?.built).to.equal(false);
    expect(environments[0]?.phases).to.have.length(phases.length);
  });

  describe("of the last run", () => {
    it("is how it ended, and unfinished when it did not", () => {
      expect(lastRunOf([])).to.equal(undefined);
      expect(lastRunOf([begin("a"), ended("a", "failed")])).to.deep.equal({
        run: "a",
        command: "bootstrap",
        result: "failed",
      });
      expect(lastRunOf([begin("a"), ended("a", "succeeded"), begin("b", "destroy")])).to.deep.equal({
        run: "b",
        command: "destroy",
        result: "unfinished",
      });
    });
    it("is not the end of an earlier attempt of the same run", () =>
      expect(lastRunOf([begin("a"), ended("a", "failed"), begin("a")])?.result).to.equal("unfinished"));
  });
  describe("of a phase", () => {
    const when = (...entries: JournalEntry[]) => verifiedAt(entries, "dev", "Network");
    it("is when it was last verified, well or not", () => {
      expect(when(up(1), verified(2), verified(3, "failed"))).to.deep.equal({ at: at(3), result: "failed" });
      expect(when(up(1), verified(2))).to.deep.equal({ at: at(2), result: "succeeded" });
    });
    it("is nothing once it is built again, and nothing of another phase", () => {
      expect(when(verified(2), up(3))).to.equal(undefined);
      expect(verifiedAt([verified(2)], "dev", "Cluster")).to.equal(undefined);
      expect(verifiedAt([verified(2)], "staging", "Network")).to.equal(undefined);
    });
  });
});
