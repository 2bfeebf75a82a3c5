import path from "node:path";
import { expect } from "chai";
import { reportCommand } from "../../../../orchestrator/cli/commands/report";
import { writeReport } from "../../../../orchestrator/report/files";
import { createRedactor } from "../../../../orchestrator/report/redact";
import { buildReport } from "../../../../orchestrator/report/report";
import { createLayout } from "../../../../orchestrator/rollout/layout";
import { useFolder } from "../../../support/folder";
import { refusal } from "../../../support/refusal";
import { invocation, options } from "../fixture";

describe("report", () => {
  const folder = useFolder();
  const state = () => path.join(folder(), "state");
  const report = (target: "rehearsal" | "aws") =>
    buildReport({
      slipway: "0.1.0",
      command: "bootstrap",
      run: `r-of-${target}`,
      startedAt: "2026-01-02T03:04:05.000Z",
      endedAt: "2026-01-02T03:04:35.000Z",
      seconds: 30,
      target,
      engine: { kind: "builtin", version: "0.1.0" },
      cluster: "embedded",
      exitCode: 0,
      records: [],
      known: ["dev"],
    });
  const show = async (target: "rehearsal" | "aws", json = false) => {
    const { invocation: made, written } = invocation(folder(), { json });
    expect(await reportCommand(options(state(), { target }), made)).to.equal(0);
    return written;
  };
  beforeEach(() => {
    for (const target of ["rehearsal", "aws"] as const)
      writeReport(createLayout(state(), target).reports, report(target), createRedactor());
  });

  it("prints the last one of its target, for a person", async () => {
    expect((await show("rehearsal")).out)
      .to.include("# Slipway bootstrap")
      .and.include("run r-of-rehearsal");
    expect((await show("aws")).out).to.include("run r-of-aws");
  });
  it("prints it as it is for a program, and nothing else", async () => {
    const { out, err } = await show("rehearsal", true);
    expect(JSON.parse(out)).to.deep.equal(JSON.parse(JSON.stringify(report("rehearsal"))));
    expect(err).to.equal("");
  });
  it("says what makes one where there is none", async () => {
    const { invocation: made } = invocation(folder());
    const error = await refusal(() => reportCommand(options(path.join(folder(), "other")), made));
    expect(error).to.include({ code: "no-report", kind: "usage" });
  });
});
