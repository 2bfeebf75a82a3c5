import { expect } from "chai";
import { toMarkdown } from "../../../orchestrator/report/markdown";
import type { EnvironmentReport, Report, StepReport } from "../../../orchestrator/report/report";

const step = (more: Partial<StepReport> = {}): StepReport => ({
  id: "dev/up/Network",
  kind: "up",
  title: "build network and IAM",
  status: "succeeded",
  seconds: 3,
  earlier: false,
  proof: "stand-in",
  ...more,
});
const environment = (...steps: StepReport[]): EnvironmentReport => ({ name: "dev", result: "succeeded", steps });
const report = (more: Partial<Report> = {}): Report => ({
  schemaVersion: 1,
  slipway: "0.1.0",
  command: "bootstrap",
  run: "r-1",
  startedAt: "2026-01-02T03:04:05.000Z",
  endedAt: "2026-01-02T03:04:35.000Z",
  seconds: 30,
  target: "rehearsal",
  engine: { kind: "builtin", version: "0.1.0" },
  cluster: "embedded",
  result: "succeeded",
  exitCode: 0,
  resumed: false,
  environments: [],
  ...more,
});
const of = (...steps: StepReport[]) => toMarkdown(report({ environments: [environment(...steps)] }));

describe("the report for a person", () => {
  it("says first what ran against what, how long and how it ended", () => {
    const text = toMarkdown(report({ resumed: true }));
    expect(text.split("\n")[0]).to.equal("# Slipway bootstrap: succeeded");
    expect(text).to.include("(30 s), continued from an interrupted run");
    expect(text).to.include("engine built-in rehearsal engine, which plays Pulumi 0.1.0, target rehearsal");
    expect(toMarkdown(report({ engine: { kind: "pulumi", version: "3.1.0" } }))).to.include("engine Pulumi CLI 3.1.0");
  });
  it("never lets a rehearsal pass for the real thing", () => {
    expect(toMarkdown(report())).to.include("This was a rehearsal");
    expect(toMarkdown(report({ target: "aws" }))).to.not.include("rehearsal:");
  });
  it("has a row for each step, with what proved it", () => {
    expect(of(step({ changes: { create: 3 } }))).to.include(
      "| build network and IAM | succeeded | 3.0 s | 3 create | stand-in |",
    );
    expect(of(step({ earlier: true }))).to.include("| succeeded (earlier) |");
    expect(of(step({ status: "early exit", reason: "dev/up/Network failed" }))).to.include(
      "| early exit |  | dev/up/Network failed |",
    );
  });
  it("shows all phases and environments at a glance before anything else", () => {
    const checked = step({
      kind: "verify",
      title: "verify network and IAM",
      phase: { number: 1, name: "Network" },
      findings: [{ requirement: "A1.4", title: "a", verdict: "passed", detail: "b", subjects: [] }],
    });
    const text = toMarkdown(
      report({ environments: [environment(checked), { ...environment(checked), name: "staging" }] }),
    );
    expect(text).to.include("| phase | dev | staging |\n|---|---|---|\n| 1 network and IAM | 1/1 | 1/1 |\n");
    expect(text.indexOf("## At a glance")).to.be.below(text.indexOf("## dev"));
    expect(of(step()), "a run without phases").to.not.include("At a glance");
  });
  it("tells of a failure why, how to mend it and which resource", () => {
    const text = of(
      step({
        status: "failed",
        reason: "no\nroom",
        fix: "make room",
        failures: [{ urn: "urn:a", message: "VpcLimitExceeded" }],
        diagnoses: [{ requirement: "A1.5", cause: "no NAT", fix: "associate", subjects: ["rtb-1"] }],
      }),
    );
    expect(text).to.include("### What went wrong: build network and IAM");
    expect(text).to.include("- why: no room\n- fix: make room\n- `urn:a`: VpcLimitExceeded\n");
    expect(text).to.include("- cause (A1.5): no NAT [rtb-1]; fix: associate");
  });
  it("keeps a table a table whatever is in it", () => {
    const finding = { requirement: "A1.4", title: "a | b", verdict: "passed" as const, detail: "x\ny", subjects: [] };
    const text = of(step({ findings: [finding] }));
    expect(text).to.include("| A1.4 | a \\| b | passed | x y | stand-in |");
    expect(text).to.include("1 of 1 checks passed");
  });
  it("lists a violation once, though preview and settle both saw it, and says so when there was none", () => {
    const violations = [
      { urn: "urn:x", rule: "routes-use-tls", level: "advisory" as const, reason: "plain", remediation: "use TLS" },
    ];
    const twice = of(step({ packs: ["slipway 1"], violations }), step({ packs: ["slipway 1"], violations }));
    expect(twice.match(/routes-use-tls/g)).to.have.length(1);
    expect(twice).to.include("- advisory `routes-use-tls` on `urn:x`: plain; fix: use TLS");
    expect(of(step({ packs: ["slipway 1"] }))).to.include("### Policy (slipway 1)\n\nNo violation.");
  });
  describe("of what the first preview could not judge", () => {
    const open = {
      urn: "urn:role",
      rule: "roles-trust-named-principals",
      level: "advisory" as const,
      reason: "cannot be decided before the update: the trust policy is not known yet",
      remediation: "",
    };
    const first = step({ packs: ["slipway 1"], violations: [open] });
    const stood = step({ packs: ["slipway 1"], violations: [{ ...open, urn: "urn:x", reason: "anybody may be it" }] });
    it("says so with the level it would have, and never that it passed [E1.5]", () => {
      expect(of(first)).to.include("- not judged (advisory) `roles-trust-named-principals` on `urn:role`: cannot be");
      const closed = { ...open, level: "mandatory" as const };
      expect(of({ ...first, violations: [closed] })).to.include("- not judged (mandatory) `roles-trust");
      expect(of(first)).to.not.include("No violation.");
    });
    it("keeps what the final preview found, not what it has decided since", () => {
      expect(of(first, stood)).to.include("- advisory `roles-trust-named-principals` on `urn:x`: anybody may be it");
      expect(of(first, stood)).to.not.include("not judged");
      expect(of(first, { ...stood, violations: [] })).to.include("No violation.");
    });
    it("keeps all of it when the final preview did not get to its end", () => {
      const cut = step({ packs: ["slipway 1"], status: "failed", reason: "interrupted", violations: [] });
      expect(of(first, cut)).to.include("not judged (advisory)");
    });
  });
  it("is one for the fleet: what rules say of each environment, under its own name [E1.1]", () => {
    const of = (name: string, reason: string) => {
      const violations = [
        { urn: "urn:x", rule: "routes-use-tls", level: "advisory" as const, reason, remediation: "" },
      ];
      return { ...environment(step({ packs: ["slipway 1"], violations })), name };
    };
    const names = ["dev", "staging", "production"];
    const text = toMarkdown(report({ environments: names.map((name) => of(name, `open in ${name}`)) }));
    const sections = text.split(/^## /m).slice(1);
    for (const name of names) {
      const own = sections.find((section) => section.startsWith(`${name}:`));
      expect(own, name).to.include("### Policy (slipway 1)").and.include(`open in ${name}`);
    }
  });
  it("says of an environment nobody asked for only that", () => {
    const excluded = { name: "staging", result: "excluded" as const, reason: "not asked for", steps: [] };
    const text = toMarkdown(report({ environments: [excluded] }));
    expect(text).to.include("## staging: excluded\n\nExcluded: not asked for.").and.not.include("| step |");
  });
  it("has each note once", () => {
    const text = of(step({ notes: ["helm is not installed"] }), step({ notes: ["helm is not installed"] }));
    expect(text.match(/helm is not installed/g)).to.have.length(1);
  });
});
