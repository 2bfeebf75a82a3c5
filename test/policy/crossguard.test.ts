import { expect } from "chai";
import { crossguard } from "../../policy/crossguard";
import { platform } from "../../policy/framework";
import type { ResourceRule, StackRule } from "../../policy/rule";
import { judge, judgeStack, unknown } from "../support/policy";
import { at, UNKNOWN } from "../../policy/value";

const base = {
  name: "x-is-set",
  description: "X.",
  severity: "low",
  framework: platform("E1.4", "X."),
  requirement: "E1.4",
  remediation: "Set x.",
  url: "https://example.com",
} as const;
const rule: ResourceRule = {
  ...base,
  scope: "resource",
  applies: (type) => type === "a",
  judge: ({ properties }, verdict) => {
    if (at(properties, "x") === UNKNOWN) verdict.undecided("x");
    else if (at(properties, "x") === undefined) verdict.violation("x is not set");
  },
};
const stackRule: StackRule = {
  ...base,
  scope: "stack",
  judge: ({ subjects }, verdict) =>
    subjects.forEach((s) => verdict.violation(`${s.name} from ${String(s.sources["x"])}`, s.urn)),
};

describe("the CrossGuard face of a rule", () => {
  it("carries the rule's name, severity, remedy and source [E1.4]", () => {
    expect(crossguard([rule], "2026-06-15")[0]).to.deep.include({
      name: "x-is-set",
      severity: "low",
      remediationSteps: "Set x.",
      url: "https://example.com",
      tags: ["E1.4"],
    });
  });
  it("reports violations, and says which types it does not concern", () => {
    expect(judge(rule, "a", {}).violations).to.deep.equal(["x is not set"]);
    expect(judge(rule, "a", { x: 1 }).violations).to.deep.equal([]);
    expect(judge(rule, "b", {}).notApplicable).to.equal(true);
  });
  it("reports what it could not decide beside the gate, or as a violation where the environment says so [E1.5]", () => {
    expect(judge(rule, "a", { x: unknown })).to.deep.include({
      violations: [],
      undecided: ["cannot be decided before the update: x is not known yet"],
    });
    expect(judge(rule, "a", { x: unknown }, { whenUnknown: "violation" }).violations).to.have.length(1);
  });
  it("hands a stack rule what each property was made from", () => {
    const members = [
      { type: "a", name: "one", props: {} },
      { type: "b", name: "two", props: { x: unknown }, from: { x: ["one"] } },
    ];
    expect(judgeStack(stackRule, members).violations).to.include("two from urn:pulumi:dev::app::a::one");
  });
  it("hands a stack rule the inputs of a resource whose outputs nobody can know yet", () => {
    const seen: unknown[] = [];
    const looks: StackRule = {
      ...stackRule,
      judge: ({ subjects }) => seen.push(...subjects.map((s) => at(s.properties, "x"))),
    };
    const pack = crossguard([rule, { ...looks, name: "looks" }], "2026-06-15");
    judge(rule, "c", { x: 7 }, {}, pack);
    judgeStack({ ...looks, name: "looks" }, [{ type: "c", name: "subject", props: {} }], {}, pack);
    expect(seen).to.deep.equal([7]);
  });
});
