import { expect } from "chai";
import type { Finding } from "../../../orchestrator/checks/check";
import { glance, glanceLines } from "../../../orchestrator/report/glance";
import type { EnvironmentReport, Report, StepReport } from "../../../orchestrator/report/report";

const finding = (verdict: Finding["verdict"]): Finding => ({
  requirement: "A1.4",
  title: "a",
  verdict,
  detail: "b",
  subjects: [],
});
const step = (kind: StepReport["kind"], number: number, more: Partial<StepReport> = {}): StepReport => ({
  id: `dev/${kind}/${number}`,
  kind,
  title: `${kind === "up" ? "build" : kind === "destroy" ? "take down" : "verify"} phase ${number}`,
  phase: { number, name: `Phase${number}` },
  status: "succeeded",
  seconds: 1,
  earlier: false,
  ...more,
});
const verified = (number: number, ...verdicts: Finding["verdict"][]) =>
  step("verify", number, {
    findings: verdicts.map(finding),
    ...(verdicts.every((one) => one === "passed") ? {} : { status: "failed" }),
  });
const of = (...environments: [string, StepReport[]][]) =>
  glance({
    environments: environments.map(([name, steps]): EnvironmentReport => ({
      name,
      result: steps.length === 0 ? "excluded" : "succeeded",
      steps,
    })),
  } as unknown as Report);

describe("a run at a glance", () => {
  it("has a row for every phase in order, and a column for every environment that was asked for", () => {
    const table = of(
      ["dev", [step("up", 12), step("up", 1), verified(1, "passed", "passed")]],
      ["staging", []],
      ["production", [step("up", 1)]],
    );
    expect(table?.environments).to.deep.equal(["dev", "production"]);
    expect(table?.rows).to.deep.equal([
      { number: 1, title: "phase 1", cells: ["2/2", "built"] },
      { number: 12, title: "phase 12", cells: ["built", "not done"] },
    ]);
  });
  it("never lets what was not reached or not passed look well", () => {
    const cells = (...steps: StepReport[]) => of(["dev", steps])?.rows[0]?.cells[0];
    expect(cells(step("up", 1), verified(1, "passed", "inconclusive"))).to.equal("failed 1/2");
    expect(cells(step("up", 1, { status: "failed" }))).to.equal("failed");
    expect(cells(step("up", 1, { status: "early exit" }))).to.equal("not done");
    expect(cells(step("up", 1), step("verify", 1, { status: "early exit" }))).to.equal("not done");
    expect(cells(step("destroy", 1))).to.equal("gone");
  });
  it("[A10.3] says of a phase that is off by choice that it is, and not that it passed", () => {
    const off = { ...finding("passed"), state: "off by configuration" as const };
    expect(of(["dev", [step("verify", 10, { findings: [off] })]])?.rows[0]?.cells).to.deep.equal([
      "off by configuration",
    ]);
    expect(
      of(["dev", [step("verify", 10, { findings: [{ ...off, verdict: "failed" }], status: "failed" })]])?.rows[0]
        ?.cells,
    ).to.deep.equal(["failed 0/1"]);
  });
  it("is nothing for a run that has no phases", () => {
    expect(of(["dev", [{ ...step("preview", 1), phase: undefined } as unknown as StepReport]])).to.equal(undefined);
  });
  it("is text with its columns under one another", () => {
    const table = of(["dev", [step("up", 1), verified(2, "errored")]], ["production", [step("up", 1)]]);
    expect(table && glanceLines(table)).to.deep.equal([
      "             dev         production",
      " 1  phase 1  built       built",
      " 2  phase 2  failed 0/1  not done",
    ]);
  });
});
