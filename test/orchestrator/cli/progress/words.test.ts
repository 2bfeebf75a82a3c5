import { expect } from "chai";
import { details, remarks, summary } from "../../../../orchestrator/cli/progress/words";
import type { StepRecord } from "../../../../orchestrator/rollout/step";
import { passed } from "../../../support/rollout";

const record = (more: Partial<StepRecord> = {}): StepRecord => ({
  step: { id: "dev/up/Network", environment: "dev", kind: "up", title: "build network and IAM" },
  status: "succeeded",
  seconds: 3,
  earlier: false,
  ...more,
});
const failed = { ...passed, verdict: "failed" as const, title: "a way out", detail: "none" };

describe("what is told of a step", () => {
  it("is in short how many checks passed and what proved it, else what changed", () => {
    expect(summary(record({ findings: [passed, failed], proof: "real cloud" }))).to.equal(
      "1 of 2 checks passed (real cloud)",
    );
    const played = { ...passed, proof: "stand-in" as const };
    expect(summary(record({ findings: [passed, passed, played], proof: "real control plane" }))).to.equal(
      "3 of 3 checks passed (2 real control plane, 1 stand-in)",
    );
    expect(summary(record({ changes: { create: 3 } }))).to.equal("3 create");
    expect(summary(record())).to.equal("");
  });
  it("is nothing more of one that was done before, or not at all", () => {
    for (const quiet of [{ earlier: true }, { status: "early exit" as const }, { status: "excluded" as const }])
      expect(details(record({ ...quiet, reason: "x", notes: ["n"] }))).to.deep.equal([]);
  });
  it("is of a good one its result and notes, and not every finding", () =>
    expect(details(record({ findings: [passed], proof: "stand-in", notes: ["n"] }))).to.deep.equal([
      "1 of 1 checks passed (stand-in)",
      "note: n",
    ]));
  it("is, of what a live list has folded, the cost and the notes, each once [E5.5]", () => {
    const cost = { lines: [], byArea: {} as never, total: 868.4, ceiling: 0, gaps: [], asOf: "2026-06-17" };
    const noted = { notes: ["compute: above its budget"] };
    expect(
      remarks([record({ cost, ...noted }), record(noted), record({ status: "failed", notes: ["n"] })]),
    ).to.deep.equal(["dev: about $868 a month", "dev: note: compute: above its budget"]);
    expect(remarks([record()])).to.deep.equal([]);
  });
  it("is of a failed one all that explains it", () => {
    const lines = details(
      record({
        status: "failed",
        reason: "not proven",
        fix: "mend it",
        findings: [passed, failed],
        failures: [{ urn: "urn:a", message: "no room" }],
        diagnoses: [{ requirement: "A1.5", cause: "no NAT", fix: "associate", subjects: ["rtb-1", "rtb-2"] }],
        violations: [
          { urn: "urn:x", rule: "routes-use-tls", level: "mandatory", reason: "plain", remediation: "use TLS" },
          { urn: "urn:y", rule: "tags", level: "advisory", reason: "none", remediation: "" },
        ],
      }),
    );
    expect(lines).to.deep.equal([
      "1 of 2 checks passed (static)",
      "violation routes-use-tls: urn:x",
      "  why: plain",
      "  fix: use TLS",
      "resource urn:a",
      "  why: no room",
      "failed A1.4 a way out",
      "  seen: none",
      "cause A1.5: no NAT (rtb-1, rtb-2)",
      "  fix: associate",
      "why: not proven",
      "fix: mend it",
    ]);
  });
});
