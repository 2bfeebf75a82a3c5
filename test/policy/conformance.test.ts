import { expect } from "chai";
import { Evaluator } from "../../policy/evaluate";
import { tokenOf } from "../../policy/kind";
import type { Rule } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { Subject } from "../../policy/subject";
import { plain, type Fields } from "../../policy/value";
import { cases } from "./cases";
import {
  container,
  deployment,
  shapes,
  type Any,
  type Cases,
  type Given,
  type Manifest,
  type Resource,
} from "./cases/case";
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
  /** Rules that ask the same of a sidecar as of any container. */
  const aboutOne = new Set([
    "containers-add-only-safe-capabilities",
    "containers-are-unprivileged",
    "containers-do-not-escalate",
    "containers-drop-capabilities",
    "containers-have-probes",
    "containers-have-resources",
    "containers-run-as-non-root",
    "environment-holds-no-secrets",
    "images-are-pinned-by-digest",
    "images-come-from-known-registries",
    "images-name-a-version",
    "ports-stay-off-the-host",
    "root-file-systems-are-read-only",
  ]);
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
  it("is judged by what its containers say, where the pod says it for them all", () => {
    let moved = 0;
    for (const one of podCases)
      for (const [expected, table] of [
        [true, one.pass],
        [false, one.fail],
      ] as const)
        for (const [name, given] of Object.entries(table)) {
          const whole = structuredClone(given) as Any;
          const inner = whole.kind === "Deployment" && down(whole.spec.template.spec);
          if (inner !== true) continue;
          moved++;
          expect(evaluate(one, whole).length === 0, `${one.rule}: ${name}, said by each container`).to.equal(expected);
        }
    expect(moved).to.be.greaterThan(100);
  });
  it("is refused for what one sidecar does", () => {
    let tried = 0;
    for (const one of podCases.filter(({ rule }) => aboutOne.has(rule)))
      for (const [name, given] of Object.entries(one.fail)) {
        const whole = structuredClone(given) as Any;
        if (whole.kind !== "Deployment") continue;
        const { spec } = whole.spec.template;
        const good = deployment();
        const pod = good.spec.template.spec;
        pod.initContainers = [...(spec.initContainers ?? []), ...spec.containers].map((each: Any, index: number) => ({
          ...each,
          name: `c${index}`,
          restartPolicy: "Always",
        }));
        pod.securityContext = spec.securityContext;
        // What an ephemeral container does is its own case, and so is what an ordinary init container must not have.
        if (spec.ephemeralContainers !== undefined) continue;
        tried++;
        expect(evaluate(one, good), `${one.rule}: ${name}, in a sidecar`).to.not.deep.equal([]);
      }
    expect(tried).to.be.greaterThan(30);
  });
  it("is refused in a patch for what the patch says, and never for what it leaves out", () => {
    for (const one of podCases)
      for (const [name, given] of Object.entries(one.pass)) {
        const whole = given as Any;
        if (whole.kind !== "Deployment") continue;
        const patch = { type: "kubernetes:apps/v1:DeploymentPatch", name: "patch", props: whole };
        expect(evaluate(one, patch), `${one.rule}: ${name}, as a patch`).to.deep.equal([]);
        const bare = { spec: { template: { spec: { containers: [{ name: "app" }] } } } };
        expect(evaluate(one, { ...patch, props: bare }), `${one.rule}: a patch that says nothing`).to.deep.equal([]);
      }
  });
  /** Moves what the pod says for its containers into each that does not say it; false when there is nothing to move. */
  function down(spec: Any): boolean {
    const moving = [
      "runAsNonRoot",
      "runAsUser",
      "seccompProfile",
      "seLinuxOptions",
      "appArmorProfile",
      "windowsOptions",
    ];
    const said = moving.filter((field) => spec.securityContext?.[field] !== undefined);
    for (const each of ["initContainers", "containers", "ephemeralContainers"].flatMap((kind) => spec[kind] ?? [])) {
      each.securityContext ??= {};
      for (const field of said)
        if (each.securityContext[field] === undefined || each.securityContext[field] === null)
          each.securityContext[field] = spec.securityContext[field];
    }
    for (const field of said) delete spec.securityContext[field];
    return said.length > 0;
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
  it("each shape a pod comes in, in the words of the evaluator", async () => {
    for (const one of podCases) {
      await runner.configure({ [one.rule]: one.settings ?? {} });
      const [bad] = Object.values(one.fail).filter((given) => (given as Any).kind === "Deployment") as Any[];
      if (bad === undefined) continue;
      const all = Object.entries(shapes).map(([shape, make]) => ({
        shape,
        given: make(structuredClone(bad.spec.template)),
      }));
      await Promise.all(
        all.map(async ({ shape, given }) => {
          const [resource] = resourcesOf(given) as [Resource];
          const found = await runner.analyze({ ...resource, urn: urnOf(resource) });
          const said = found.map(({ message }) => message.slice(ruleOf(one.rule).description.length + 1));
          expect(said.sort(), `${one.rule} as ${shape}`).to.deep.equal(evaluate(one, given).sort());
        }),
      );
    }
  });
});
