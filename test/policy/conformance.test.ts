import { expect } from "chai";
import { Evaluator } from "../../policy/evaluate";
import { tokenOf } from "../../policy/kind";
import type { Rule } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { Subject } from "../../policy/subject";
import { plain, type Fields } from "../../policy/value";
import { cases } from "./cases";
import { container, shapes, type Any, type Cases, type Given, type Manifest, type Resource } from "./cases/case";
import { podCases } from "./cases/pods";
import { PackRunner } from "../support/pack-runner";

/** A case as resources, the way Pulumi and the static check both read it. */
function resourcesOf(given: Given): Resource[] {
  return (Array.isArray(given) ? (given as (Manifest | Resource)[]) : [given]).map((one, index) => {
    if ("type" in one && "props" in one) return one as Resource;
    const { apiVersion, kind } = one as { apiVersion: string; kind: string };
    return { type: tokenOf(apiVersion, kind), name: `object-${index}`, props: one as Manifest };
  });
}
const urnOf = ({ type, name }: Resource) => `urn:pulumi:test::app::${type}::${name}`;
const ruleOf = (name: string): Rule => {
  const rule = rules.find((one) => one.name === name);
  if (rule === undefined) throw new Error(`no rule is named ${name}`);
  return rule;
};

/** The verdict of the pure evaluator: messages of violations. */
function evaluate({ rule: name, settings }: Cases, given: Given): string[] {
  const rule = ruleOf(name);
  const resources = resourcesOf(given);
  const subjects = resources.map((one) => {
    const from = Object.entries(one.from ?? {}).map(([key, names]) => [
      key,
      names.map((source) => urnNamed(resources, source)),
    ]);
    return new Subject(
      urnOf(one),
      one.type,
      one.name,
      plain(one.props) as Fields,
      Object.fromEntries(from) as Subject["sources"],
    );
  });
  const evaluator = new Evaluator({
    rules: [rule],
    environment: "production",
    config: { [name]: { enforcementLevel: "mandatory", ...settings } },
  });
  const findings =
    rule.scope === "stack" ? evaluator.stack(subjects) : subjects.flatMap((subject) => evaluator.resource(subject));
  return findings.filter(({ outcome }) => outcome === "violation").map(({ message }) => message);
}
function urnNamed(resources: readonly Resource[], name: string): string {
  const found = resources.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no resource of the case is named ${name}`);
  return urnOf(found);
}

describe("each rule on its own cases, by the evaluator", () => {
  it("has at least three that pass and three that fail, for every rule", () => {
    for (const { name } of rules.filter((rule) => rule.name !== "waivers-are-in-order")) {
      const own = cases.filter(({ rule }) => rule === name);
      expect(own.flatMap(({ pass }) => Object.keys(pass)).length, name).to.be.at.least(3);
      expect(own.flatMap(({ fail }) => Object.keys(fail)).length, name).to.be.at.least(3);
    }
  });
  for (const one of cases) {
    it(`${one.rule} [${ruleOf(one.rule).requirement}]${one.settings ? ` with ${Object.keys(one.settings).join(", ")}` : ""}`, () => {
      for (const [name, given] of Object.entries(one.pass))
        expect(evaluate(one, given), `accepts: ${name}`).to.deep.equal([]);
      for (const [name, given] of Object.entries(one.fail))
        expect(evaluate(one, given), `refuses: ${name}`).to.not.deep.equal([]);
    });
  }
});

describe("each rule about pods, whatever shape the pod comes in", () => {
  const template = (given: Given): Any => {
    const { kind, spec } = given as Any;
    return kind === "Deployment" ? spec.template : undefined;
  };
  /** Rules that are about serving, which not every kind does. */
  const aboutServing = new Set(["containers-have-probes"]);
  for (const one of podCases) {
    it(one.rule, () => {
      for (const [expected, table] of [
        [true, one.pass],
        [false, one.fail],
      ] as const)
        for (const [name, given] of Object.entries(table)) {
          const whole = template(given);
          if (whole === undefined) continue;
          for (const [shape, make] of Object.entries(shapes)) {
            if (aboutServing.has(one.rule) && ["Pod", "Job", "CronJob"].includes(shape)) continue;
            expect(evaluate(one, make(structuredClone(whole))).length === 0, `${name} as ${shape}`).to.equal(expected);
          }
          if (one.rule === "pods-stay-within-size") continue;
          const mixed = structuredClone(whole);
          mixed.spec.containers = [innocent(), ...mixed.spec.containers.toReversed()];
          const beside = { apiVersion: "apps/v1", kind: "Deployment", metadata: {}, spec: { template: mixed } };
          expect(evaluate(one, beside).length === 0, `${name} beside an innocent container`).to.equal(expected);
        }
    });
  }
  /** A container that answers for itself, whatever the pod says. */
  function innocent(): Any {
    const plain = container("innocent");
    Object.assign(plain.securityContext, {
      runAsNonRoot: true,
      runAsUser: 7,
      seccompProfile: { type: "RuntimeDefault" },
    });
    return plain;
  }
});

describe("each rule on its own cases, by the SDK's own runner", function () {
  this.timeout(60_000);
  const runner = new PackRunner();
  before(() => runner.start());
  after(() => runner.stop());

  for (const one of cases.filter(({ rule }) => ruleOf(rule).only === undefined)) {
    it(one.rule, async () => {
      const rule = ruleOf(one.rule);
      await runner.configure({ [rule.name]: one.settings ?? {} });
      for (const [expected, table] of [
        [true, one.pass],
        [false, one.fail],
      ] as const)
        for (const [name, given] of Object.entries(table)) {
          const resources = resourcesOf(given).map((each) => ({ ...each, urn: urnOf(each) }));
          const found =
            rule.scope === "stack"
              ? await runner.analyzeStack(resources)
              : (await Promise.all(resources.map((each) => runner.analyze(each)))).flat();
          const messages = found.filter(({ level }) => level === "mandatory").map(({ message }) => message);
          expect(messages.length === 0, `${name}: ${messages.join("; ")}`).to.equal(expected);
          // The same words, not only the same verdict.
          const said = messages.map((message) => message.slice(rule.description.length + 1));
          expect(said.sort(), name).to.deep.equal(evaluate(one, given).sort());
        }
    });
  }
});
