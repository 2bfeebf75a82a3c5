import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { readLatestReport, writeReport } from "../../../orchestrator/report/files";
import { createRedactor } from "../../../orchestrator/report/redact";
import { buildReport } from "../../../orchestrator/report/report";
import { phases } from "../../../orchestrator/rollout/phases";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";

describe("files of a report", () => {
  const folder = useFolder();
  const reports = () => path.join(folder(), "reports");
  const report = (run: string, reason = "no") =>
    buildReport({
      slipway: "0.1.0",
      command: "bootstrap",
      run,
      startedAt: "2026-01-02T03:04:05.000Z",
      endedAt: "2026-01-02T03:04:35.000Z",
      seconds: 30,
      target: "rehearsal",
      engine: { kind: "builtin", version: "0.1.0" },
      cluster: "embedded",
      exitCode: 1,
      records: [
        {
          step: { id: "dev/up/Network", environment: "dev", kind: "up", title: "build", phase: phases[0] as never },
          status: "failed",
          reason,
          seconds: 1,
          earlier: false,
        },
      ],
      known: ["dev"],
    });

  it("are three of each run, and the last one once more", () => {
    const files = writeReport(reports(), report("r-1"), createRedactor());
    expect(files).to.deep.equal({
      json: path.join(reports(), "r-1.json"),
      markdown: path.join(reports(), "r-1.md"),
      html: path.join(reports(), "r-1.html"),
    });
    writeReport(reports(), report("r-2"), createRedactor());
    expect(readdirSync(reports()).sort()).to.deep.equal([
      "latest.json",
      ...["r-1.html", "r-1.json", "r-1.md"],
      ...["r-2.html", "r-2.json", "r-2.md"],
    ]);
    expect(readLatestReport(reports()).run).to.equal("r-2");
  });
  it("are their owner's alone", () => {
    writeReport(reports(), report("r-1"), createRedactor());
    expect(statSync(reports()).mode & 0o777).to.equal(0o700);
    for (const file of readdirSync(reports()))
      expect(statSync(path.join(reports(), file)).mode & 0o777, file).to.equal(0o600);
  });
  it("hold no secret, in any form", () => {
    const redactor = createRedactor();
    redactor.add("s3cr3t-value");
    writeReport(reports(), report("r-1", "the token s3cr3t-value was refused"), redactor);
    for (const file of readdirSync(reports())) {
      const text = readFileSync(path.join(reports(), file), "utf8");
      expect(text, file).to.not.include("s3cr3t-value");
      expect(text, file).to.include("was refused");
    }
  });
  it("are asked for in vain before the first run, and that says what makes one", async () => {
    const error = await refusal(() => readLatestReport(reports()));
    expect(error).to.include({ code: "no-report", kind: "usage" });
    expect(error.fix).to.include("bootstrap");
  });
  it("that are damaged are named, not guessed at", async () => {
    writeReport(reports(), report("r-1"), createRedactor());
    writeFileSync(path.join(reports(), "latest.json"), '{"run": ');
    const error = await refusal(() => readLatestReport(reports()));
    expect(error).to.include({ code: "report-corrupt", kind: "failure" });
    expect(error.message).to.include("latest.json");
  });
});
