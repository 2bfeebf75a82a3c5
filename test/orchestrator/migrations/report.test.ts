import { expect } from "chai";
import type { Finding } from "../../../orchestrator/migrations/judge";
import { isFailed, jsonReport, sarifReport, textReport } from "../../../orchestrator/migrations/report";

const finding: Finding = {
  migration: "0002_name.sql",
  line: 3,
  rule: "rename",
  requirement: "D3.2",
  message: "users.name to full_name: no. Instead: add the new name",
};
const allowed: Finding = { ...finding, rule: "drop", requirement: "D3.1", allowed: "unused since v1.4" };
const report = { folder: "db/migrations", version: "0.1.0", judged: 2, findings: [finding, allowed], history: [] };

describe("the report on migrations", () => {
  it("fails for a finding nobody allowed, or a broken history", () => {
    expect(isFailed(report)).to.equal(true);
    expect(isFailed({ findings: [allowed], history: [] })).to.equal(false);
    expect(isFailed({ findings: [], history: ["0001_a.sql was applied and is gone"] })).to.equal(true);
  });
  it("says for people where, what and how else", () => {
    expect(textReport(report))
      .to.include("db/migrations/0002_name.sql:3 rename (D3.2)")
      .and.include("Instead: add the new name")
      .and.include("allowed: unused since v1.4")
      .and.include("2 migrations judged: 1 finding, 1 allowed");
  });
  it("says for programs the same, with the exit code", () => {
    expect(jsonReport(report)).to.deep.include({ result: "failed", exitCode: 1, findings: [finding, allowed] });
  });
  it("is SARIF for code scanning, what is allowed suppressed with its reason", () => {
    const { runs } = sarifReport(report) as {
      runs: {
        tool: { driver: { rules: { id: string }[] } };
        results: { suppressions?: { justification: string }[]; locations: object[] }[];
      }[];
    };
    expect(runs[0]?.tool.driver.rules.map(({ id }) => id)).to.deep.equal(["rename", "drop"]);
    expect(runs[0]?.results.map(({ suppressions }) => suppressions?.[0]?.justification)).to.deep.equal([
      undefined,
      "unused since v1.4",
    ]);
    expect(runs[0]?.results[0]?.locations).to.deep.equal([
      {
        physicalLocation: {
          artifactLocation: { uri: "db/migrations/0002_name.sql" },
          region: { startLine: 3 },
        },
      },
    ]);
  });
});
