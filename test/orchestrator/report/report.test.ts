import { readFileSync } from "node:fs";
import path from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { expect } from "chai";
import { toMarkdown } from "../../../orchestrator/report/markdown";
import { buildReport, type Report } from "../../../orchestrator/report/report";
import { execute } from "../../../orchestrator/rollout/execute";
import type { StepRecord } from "../../../orchestrator/rollout/step";
import { useFolder } from "../../support/folder";
import { FakeRollout, passed } from "../../support/rollout";

const schema = JSON.parse(
  readFileSync(path.join(__dirname, "..", "..", "..", "docs", "report.schema.json"), "utf8"),
) as object;
const validate = new Ajv2020({ allErrors: true }).compile(schema);

function reportOf(records: readonly StepRecord[], exitCode: number): Report {
  return buildReport({
    slipway: "0.1.0",
    command: "bootstrap",
    run: "20260102T030405Z-1a2b3c4d",
    startedAt: "2026-01-02T03:04:05.000Z",
    endedAt: "2026-01-02T03:04:35.000Z",
    seconds: 30,
    target: "rehearsal",
    engine: { kind: "builtin", version: "0.1.0" },
    cluster: "embedded",
    exitCode,
    records,
    known: ["dev", "staging", "production"],
  });
}

/** Valid by the published schema, after the way every report takes: through JSON. */
function expectValid(report: Report): void {
  validate(JSON.parse(JSON.stringify(report)));
  expect(validate.errors).to.equal(null);
}

describe("report", () => {
  const folder = useFolder();

  it("of a good run obeys the published schema and tells what proved each result", async () => {
    const rollout = new FakeRollout();
    const environments = ["dev", "staging", "production"];
    const { records, exitCode } = await execute(rollout.request(folder(), { environments }));
    const report = reportOf(records, exitCode);
    expectValid(report);
    expect(report.result).to.equal("succeeded");
    for (const step of report.environments.flatMap((environment) => environment.steps)) {
      expect(step.proof, step.id).to.equal("stand-in");
    }
  });

  it("of a stopped run says what failed, what exited early because of it and what nobody asked for", async () => {
    const rollout = new FakeRollout();
    rollout.check = {
      verify: () => Promise.resolve([{ ...passed, verdict: "failed" as const, detail: "a | b" }]),
      diagnose: () =>
        Promise.resolve([{ requirement: "A1.5", cause: "no NAT", fix: "associate", subjects: ["rtb-1"] }]),
    };
    const { records, exitCode } = await execute(rollout.request(folder(), { environments: ["dev", "staging"] }));
    const report = reportOf(records, exitCode);
    expectValid(report);
    expect(report.environments.map(({ result }) => result)).to.deep.equal(["failed", "early exit", "excluded"]);
    expect(report.environments[1]?.reason).to.equal("dev/verify/Network failed");
    const markdown = toMarkdown(report);
    expect(markdown).to.include("cause (A1.5): no NAT [rtb-1]; fix: associate");
    expect(markdown).to.include("a \\| b");
    expect(markdown).to.include("## production: excluded");
  });

  it("lists policy violations with resource, rule, reason and remediation", async () => {
    const rollout = new FakeRollout();
    rollout.stack("dev").previewResult = {
      result: "failed",
      violations: [{ urn: "urn:x", rule: "routes-use-tls", level: "mandatory", reason: "plain http", remediation: "" }],
    };
    const { records, exitCode } = await execute(rollout.request(folder()));
    const report = reportOf(records, exitCode);
    expectValid(report);
    expect(toMarkdown(report)).to.include(
      "mandatory `routes-use-tls` on `urn:x`: plain http; fix: mend routes-use-tls",
    );
  });

  it("tells what an environment would cost, line by line [B5]", async () => {
    const rollout = new FakeRollout();
    rollout.stack("dev").previewResult = {
      resources: [{ urn: "urn:x::nat", type: "aws:ec2/natGateway:NatGateway", inputs: {} }],
    };
    const { records, exitCode } = await execute(rollout.request(folder()));
    const report = reportOf(records, exitCode);
    expectValid(report);
    const markdown = toMarkdown(report);
    expect(markdown).to.include("### Cost: about $44 a month");
    expect(markdown).to.include("| network | NAT gateway with its address | 43.80 |");
    expect(markdown).to.include("- not in it: data transfer");
  });

  it("draws the network [A1.4]", async () => {
    const { records, exitCode } = await execute(new FakeRollout().request(folder()));
    expect(toMarkdown(reportOf(records, exitCode))).to.include("VPC vpc-1  10.10.0.0/16  eu-central-1");
  });

  it("says of an interrupted run that it was", () => {
    expect(reportOf([], 130).result).to.equal("interrupted");
  });
});
