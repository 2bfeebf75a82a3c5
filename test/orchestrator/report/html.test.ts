import { expect } from "chai";
import { toHtml } from "../../../orchestrator/report/html";
import type { EnvironmentReport, Report, StepReport } from "../../../orchestrator/report/report";

const step = (more: Partial<StepReport> = {}): StepReport => ({
  id: "dev/verify/Network",
  kind: "verify",
  title: "verify network and IAM",
  phase: { number: 1, name: "Network" },
  status: "succeeded",
  seconds: 3,
  earlier: false,
  proof: "stand-in",
  findings: [
    { requirement: "A1.4", title: "three zones", verdict: "passed", detail: "a, b, c", subjects: [] },
    { requirement: "A1.5", title: "a way out", verdict: "passed", detail: "3", subjects: [], proof: "computed" },
  ],
  ...more,
});
const environment = (...steps: StepReport[]): EnvironmentReport => ({ name: "dev", result: "succeeded", steps });
const page = (environments: EnvironmentReport[], more: Partial<Report> = {}) =>
  toHtml({
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
    environments,
    ...more,
  });

describe("the report for a browser", () => {
  it("shows all phases and environments at a glance, then each environment", () => {
    const text = page([environment(step()), { ...environment(step()), name: "staging" }]);
    expect(text).to.include('<th scope="col">phase</th><th scope="col">dev</th><th scope="col">staging</th>');
    expect(text).to.include(
      '<td>1 network and IAM</td><td><span class="good">2/2</span></td><td><span class="good">2/2</span></td>',
    );
    expect(text.indexOf("At a glance")).to.be.below(text.indexOf("<h2>dev: "));
  });
  it("says of every check what was promised, what was seen and what proved it", () => {
    const text = page([environment(step())]);
    const passed = '<span class="good">passed</span>';
    expect(text).to.include(`<td>A1.4</td><td>three zones</td><td>${passed}</td><td>a, b, c</td><td>stand-in</td>`);
    expect(text).to.include(`<td>A1.5</td><td>a way out</td><td>${passed}</td><td>3</td><td>computed</td>`);
  });
  it("tells of a failure why, how to mend it and what caused it, before the steps", () => {
    const failed = step({
      status: "failed",
      reason: "no room",
      fix: "make room",
      diagnoses: [{ requirement: "A1.5", cause: "no NAT", fix: "associate", subjects: ["rtb-1"] }],
    });
    const text = page([{ ...environment(failed), result: "failed" }]);
    expect(text).to.include("<li>why: no room</li>").and.include("<li>fix: make room</li>");
    expect(text).to.include("<li>cause (A1.5): no NAT [rtb-1]; fix: associate</li>");
    expect(text).to.include('<span class="bad">failed 2/2</span>');
    expect(text.indexOf("What went wrong")).to.be.below(text.indexOf("<summary>Steps"));
  });
  it("takes nothing for markup that came from outside, and loads nothing", () => {
    const hostile = "</td><script>alert('x')</script>\"&";
    const text = page([
      environment(
        step({
          title: hostile,
          notes: [hostile],
          findings: [{ requirement: hostile, title: hostile, verdict: "passed", detail: hostile, subjects: [] }],
        }),
      ),
      { name: hostile, result: "excluded", reason: hostile, steps: [] },
    ]);
    expect(text)
      .to.not.include("<script")
      .and.not.match(/(?:src|href)=/);
    expect(text).to.include("&lt;/td&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;");
    expect(text).to.include("default-src 'none'");
  });
  it("never lets a rehearsal pass for the real thing", () => {
    expect(page([])).to.include("This was a rehearsal");
    expect(page([], { target: "aws" })).to.not.include("This was a rehearsal");
  });
});
