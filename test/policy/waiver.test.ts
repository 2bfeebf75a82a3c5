import { expect } from "chai";
import fc from "fast-check";
import { Evaluator } from "../../policy/evaluate";
import { jsonReport, junitReport, sarifReport, textReport, type Report } from "../../policy/manifest/report";
import { rules } from "../../policy/rules";
import { Subject } from "../../policy/subject";
import { plain, UNKNOWN, type Fields } from "../../policy/value";
import { covers, mistakesOf, Waivers, type Waiver } from "../../policy/waiver";
import { deployment, type Any } from "./cases/case";

const NAMES = new Set(rules.map(({ name }) => name));
const RULE = "containers-are-unprivileged";
const who = { rule: RULE, owner: "team", reason: "node agent", expires: "2027-01-31" };
const app = (metadata: object = { name: "agent", namespace: "logging", labels: { app: "agent" } }) =>
  new Subject(
    "urn:pulumi:dev::app::kubernetes:apps/v1:Deployment::agent",
    "kubernetes:apps/v1:Deployment",
    "agent",
    plain(
      deployment(
        (spec) => (spec.containers[0].securityContext.privileged = true),
        (whole) => (whole.metadata = metadata),
      ),
    ) as Fields,
  );

describe("a waiver", () => {
  it("names one thing by URN, by namespace and name, or by labels within a namespace [E1.5]", () => {
    const ways: Partial<Waiver>[] = [
      { urn: app().urn },
      { object: "logging/agent" },
      { object: "logging/agent", kind: "Deployment" },
      { selector: { namespace: "logging", matchLabels: { app: "agent" } } },
    ];
    for (const way of ways) {
      expect(mistakesOf({ ...who, ...way }, NAMES), JSON.stringify(way)).to.deep.equal([]);
      expect(covers({ ...who, ...way }, RULE, app()), JSON.stringify(way)).to.equal(true);
    }
    const others: Partial<Waiver>[] = [
      { urn: `${app().urn}-2` },
      { object: "logging/other" },
      { object: "other/agent" },
      { object: "logging/agent", kind: "DaemonSet" },
      { selector: { namespace: "other", matchLabels: { app: "agent" } } },
      { selector: { namespace: "logging", matchLabels: { app: "agent", tier: "x" } } },
    ];
    for (const way of others) expect(covers({ ...who, ...way }, RULE, app()), JSON.stringify(way)).to.equal(false);
    expect(covers({ ...who, object: "logging/agent" }, "keys-rotate", app())).to.equal(false);
  });
  it("does not cover what is not known yet", () => {
    const hidden = new Subject("u", "kubernetes:core/v1:Pod", "it", { metadata: UNKNOWN });
    expect(covers({ ...who, object: "logging/agent" }, RULE, hidden)).to.equal(false);
    expect(
      covers({ ...who, selector: { namespace: "logging", matchLabels: { app: "agent" } } }, RULE, hidden),
    ).to.equal(false);
  });
  it("is refused when it names everything, nothing, two things, no owner, no reason or no day of the calendar", () => {
    const object = "logging/agent";
    const wrong: [string, object][] = [
      ["wildcard", { object: "logging/*" }],
      ["wildcard", { urn: "urn:*" }],
      ["wildcard", { selector: { namespace: "*", matchLabels: { app: "agent" } } }],
      ["no label", { selector: { namespace: "logging", matchLabels: {} } }],
      ["exactly one", {}],
      ["exactly one", { object, urn: app().urn }],
      ["no owner", { object, owner: " " }],
      ["no reason", { object, reason: "" }],
      ["no day", { object, expires: "soon" }],
      ["no day", { object, expires: "2027-02-31" }],
      ["no day", { object, expires: "2027-13-01" }],
      ["no rule", { object, rule: "nothing-is-wrong" }],
      ["no text", { object: 7 }],
      ["matchLabels", { selector: null }],
      ["matchLabels", { selector: { namespace: "logging", matchLabels: { app: 1 } } }],
    ];
    for (const [why, change] of wrong) {
      const waiver = { ...who, ...change } as Waiver;
      expect(mistakesOf(waiver, NAMES).join("; "), JSON.stringify(change)).to.include(why);
      expect(new Waivers([waiver], NAMES, "2026-06-15").excuse(RULE, app())).to.equal(undefined);
    }
    expect(mistakesOf({ ...who, object: "logging/*", wildcard: true }, NAMES)).to.deep.equal([]);
  });
  it("holds on its last day and not on the one after", () => {
    const waiver: Waiver = { ...who, object: "logging/agent" };
    expect(new Waivers([waiver], NAMES, "2027-01-31").excuse(RULE, app())).to.equal(waiver);
    expect(new Waivers([waiver], NAMES, "2027-02-01").excuse(RULE, app())).to.equal(undefined);
  });
  it("is read without a crash, whatever somebody wrote", () => {
    const value = fc.oneof(fc.jsonValue(), fc.constant(undefined));
    const fields = ["rule", "urn", "object", "selector", "kind", "owner", "reason", "expires", "wildcard"];
    fc.assert(
      fc.property(fc.record(Object.fromEntries(fields.map((field) => [field, value]))), (waiver) => {
        const waivers = new Waivers([{ ...waiver, rule: RULE } as unknown as Waiver], NAMES, "2026-06-15");
        waivers.excuse(RULE, app());
        expect(waivers.report).to.have.length(1);
      }),
    );
  });
});

describe("waivers in reports", () => {
  const list: Waiver[] = [
    { ...who, object: "logging/agent" },
    { ...who, object: "logging/gone" },
    { ...who, object: "logging/late", expires: "2020-01-01" },
    { ...who, object: "logging/*" },
  ];
  const waivers = new Waivers(list, NAMES, "2026-06-15");
  const evaluator = new Evaluator({ rules, environment: "production", waivers });
  const subjects = [app(), app({ name: "late", namespace: "logging" })];
  const found = subjects.flatMap((one) => evaluator.resource(one));
  const report: Report = {
    environment: "production",
    findings: [...found, ...evaluator.stack(subjects)],
    problems: [],
    objects: 2,
    skipped: 0,
    waivers: waivers.report,
    rules,
    version: "0.0.0",
  };

  it("stand with owner, reason, day and state, in every form of output [E1.5]", () => {
    const states = ["used", "unused", "expired", "wrong"];
    expect(report.waivers.map(({ state }) => state)).to.deep.equal(states);
    const sarif = sarifReport(report) as Any;
    expect(sarif.runs[0].properties.waivers.map(({ state }: Any) => state)).to.deep.equal(states);
    expect(sarif.runs[0].results.some((one: Any) => one.suppressions?.[0]?.justification === "node agent")).to.equal(
      true,
    );
    expect((jsonReport(report) as Any).waivers.map(({ state }: Any) => state)).to.deep.equal(states);
    for (const text of [textReport(report), junitReport(report)])
      for (const state of states) {
        const lines = text.split("\n").filter((line) => line.includes(` ${state}`) && line.includes("node agent"));
        expect(lines.length, state).to.be.at.least(1);
        expect(lines[0])
          .to.include("team")
          .and.to.match(/until 20\d\d-\d\d-\d\d/);
      }
  });
  it("stop the run when expired or malformed, and warn when nobody needs them", () => {
    const told = report.findings.filter(({ rule }) => rule.name === "waivers-are-in-order");
    const outcomes = told.map(({ outcome, message }) => [outcome, /(unused|expired|wrong)/.exec(message)?.[0]]);
    expect(outcomes).to.have.deep.members([
      ["notice", "unused"],
      ["violation", "expired"],
      ["violation", "wrong"],
    ]);
  });
});
