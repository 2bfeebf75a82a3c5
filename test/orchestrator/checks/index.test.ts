import { expect } from "chai";
import { judge, loaders, phaseCheck } from "../../../orchestrator/checks";
import type { CheckContext, Finding, PhaseCheck } from "../../../orchestrator/checks/check";
import { phases } from "../../../orchestrator/rollout/phases";
import { passed, strict } from "../../support/rollout";

const context = strict<CheckContext>("context", {});
const cause = { requirement: "A1.5", cause: "no NAT", fix: "associate", subjects: [] };
const checkOf = (...findings: Finding[]): PhaseCheck => ({
  verify: () => Promise.resolve(findings),
  diagnose: () => Promise.resolve([cause]),
});

describe("checks", () => {
  it("has one check for every phase and none besides [A21.1]", async () => {
    expect(Object.keys(loaders)).to.deep.equal(phases.map(({ name }) => name));
    for (const { name } of phases) expect(await phaseCheck(name)).to.include.keys("verify", "diagnose");
  });

  it("passes a phase only when every finding passed", async () => {
    expect((await judge(checkOf(passed, passed), context)).result).to.equal("passed");
    for (const verdict of ["failed", "inconclusive", "errored"] as const) {
      expect((await judge(checkOf(passed, { ...passed, verdict }), context)).result).to.equal(verdict);
    }
  });

  it("never takes no findings for a pass", async () => {
    expect((await judge(checkOf(), context)).result).to.equal("inconclusive");
  });

  it("asks for causes only when something is wrong [A21.2]", async () => {
    expect((await judge(checkOf(passed), context)).diagnoses).to.deep.equal([]);
    expect((await judge(checkOf({ ...passed, verdict: "failed" }), context)).diagnoses).to.deep.equal([cause]);
  });

  it("turns a check or diagnosis that breaks into a finding, and keeps the others", async () => {
    const broken: PhaseCheck = {
      verify: () => Promise.reject(new Error("boom")),
      diagnose: () => Promise.reject(new Error("bang")),
    };
    const { result, findings } = await judge(broken, context);
    expect(result).to.equal("errored");
    expect(findings.map(({ detail }) => detail)).to.deep.equal(["boom", "bang"]);
  });
});
