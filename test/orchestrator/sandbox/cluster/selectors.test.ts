import { expect } from "chai";
import { fieldMatcher, labelMatcher, selectorMatcher } from "../../../../orchestrator/sandbox/cluster/selectors";
import { pod, refusal } from "./fixture";

const labels = { app: "web", tier: "front" };
const rows: readonly [string, boolean][] = [
  ["", true],
  ["app=web", true],
  ["app==web,tier=front", true],
  ["app=db", false],
  ["app!=db", true],
  ["none!=db", true],
  ["app in (web, db)", true],
  ["app in (db),tier=front", false],
  ["app notin (db)", true],
  ["none notin (db)", true],
  ["app", true],
  ["none", false],
  ["!none", true],
  ["!app", false],
];

describe("selectors", () => {
  for (const [text, wanted] of rows)
    it(`${wanted ? "selects" : "does not select"} by "${text}"`, () => {
      expect(labelMatcher(text)(labels)).to.equal(wanted);
    });
  it("refuses what is no selector", () => {
    expect(refusal(() => labelMatcher("app in web")).message).to.equal(
      "unable to parse requirement: found 'web' expected: '('",
    );
    expect(refusal(() => fieldMatcher("metadata name")).code).to.equal(400);
  });
  it("takes no selector object for nothing, an empty one for everything", () => {
    expect(selectorMatcher(undefined)(labels)).to.equal(false);
    expect(selectorMatcher({})(labels)).to.equal(true);
  });
  it("asks labels and every expression", () => {
    const by = (operator: string, key: string, values?: string[]) =>
      selectorMatcher({ matchLabels: { app: "web" }, matchExpressions: [{ key, operator, values }] })(labels);
    expect(by("In", "tier", ["front"])).to.equal(true);
    expect(by("NotIn", "tier", ["front"])).to.equal(false);
    expect(by("Exists", "tier")).to.equal(true);
    expect(by("DoesNotExist", "tier")).to.equal(false);
  });
  it("finds any field by its path; a missing one is empty", () => {
    const subject = pod("a", { nodeName: "n" });
    expect(fieldMatcher("spec.nodeName=n,metadata.name!=b")(subject)).to.equal(true);
    expect(fieldMatcher("status.phase=")(subject)).to.equal(true);
    expect(fieldMatcher("status.phase=Running")(subject)).to.equal(false);
  });
});
