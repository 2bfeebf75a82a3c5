import { expect } from "chai";
import { rules } from "../../policy/rules";
import { Evaluator } from "../../policy/evaluate";
import { fixOf, type Operation } from "../../policy/manifest/fix";
import { tokenOf } from "../../policy/kind";
import type { ResourceRule } from "../../policy/rule";
import { settle } from "../../policy/setting";
import { Subject } from "../../policy/subject";
import { plain, type Fields } from "../../policy/value";
import { Waivers } from "../../policy/waiver";
import { PackRunner } from "../support/pack-runner";
import { unknown } from "../support/policy";
import { cases } from "./cases";
import { deployment, type Any, type Given } from "./cases/case";

/** Settings under which every rule that mends has something to mend with. */
const SETTINGS: Readonly<Record<string, Record<string, unknown>>> = {
  "resources-carry-tags": { values: ["environment=dev", "cost-centre=engineering", "owner=platform"] },
};
/** What a rule may change, and nothing beside it. */
const OWN: Readonly<Record<string, RegExp>> = {
  "containers-do-not-escalate": /\/securityContext(?:\/allowPrivilegeEscalation)?$/,
  "containers-drop-capabilities": /\/securityContext(?:\/capabilities(?:\/drop(?:\/\d+)?)?)?$/,
  "containers-have-resources": /\/resources(?:\/(?:requests|limits)(?:\/(?:cpu|memory))?)?$/,
  "containers-use-seccomp": /\/securityContext(?:\/seccompProfile)?$/,
  "resources-carry-tags": /^\/tags(?:\/(?:environment|cost-centre|owner))?$/,
};
const mending = rules.filter((rule): rule is ResourceRule => rule.scope === "resource" && rule.repair !== undefined);
const typeOf = (one: Any): string => one.type ?? tokenOf(one.apiVersion, one.kind);
const all = (wanted: (rule: string) => boolean) =>
  cases
    .filter(({ rule }) => wanted(rule))
    .flatMap(({ pass, fail }) => [...Object.entries(pass), ...Object.entries(fail)])
    .flatMap(([name, given]: [string, Given]) =>
      [given].flat().map((one) => ({
        name,
        type: typeOf(one),
        props: JSON.parse(JSON.stringify((one as Any).props ?? one)) as Any,
      })),
    );
const broken = (only: readonly ResourceRule[], type: string, props: object): string[] =>
  new Evaluator({ rules: only, environment: "production" })
    .resource(new Subject("u", type, "it", plain(props) as Fields))
    .filter(({ outcome }) => outcome === "violation")
    .map(({ rule, message }) => `${rule.name}: ${message}`);
function mended(rule: ResourceRule, type: string, props: object): Any {
  const draft = structuredClone(props) as Record<string, unknown>;
  rule.repair?.(draft, type, settle(rule.settings, SETTINGS[rule.name]));
  return draft;
}
/** Places that differ. */
function changes(before: unknown, after: unknown, path = ""): string[] {
  const isObject = (value: unknown): value is Any => typeof value === "object" && value !== null;
  if (!isObject(before) || !isObject(after)) return Object.is(before, after) ? [] : [path];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    changes(before[key], after[key], `${path}/${key}`),
  );
}

describe("mending [E1.2]", () => {
  it("is offered by the rules whose remedy cannot break a program, or that the program can override", () => {
    expect(mending.map(({ name }) => name)).to.deep.equal(Object.keys(OWN));
  });
  for (const rule of mending) {
    it(`${rule.name}: the second time changes nothing, what passes stays as it is, and nothing else is touched`, () => {
      let helped = 0;
      for (const { name, type, props } of all(() => true).filter((one) => rule.applies(one.type))) {
        const once = mended(rule, type, props);
        expect(mended(rule, type, once), `${name}, twice`).to.deep.equal(once);
        const places = changes(props, once);
        for (const place of places) expect(place, name).to.match(OWN[rule.name] as RegExp);
        const [before, after] = [broken([rule], type, props), broken([rule], type, once)];
        if (before.length === 0) expect(places, `${name} passes and was changed`).to.deep.equal([]);
        if (after.length < before.length) helped++;
        expect(before, name).to.include.members(after);
      }
      expect(helped).to.be.at.least(3);
    });
    it(`${rule.name}: breaks no other rule`, () => {
      const others = rules.filter((one): one is ResourceRule => one.scope === "resource" && one.name !== rule.name);
      for (const { name, type, props } of all((one) => one === rule.name))
        expect(broken(others, type, props), name).to.include.members(broken(others, type, mended(rule, type, props)));
    });
    it(`${rule.name}: leaves what is not known yet as it is`, () => {
      const rest = /\/securityContext|\/resources|\/tags/;
      for (const { name, type, props } of all((one) => one === rule.name)) {
        const hide = (value: Any, path = ""): Any =>
          rest.test(path) && (typeof value !== "object" || value === null)
            ? unknown
            : Array.isArray(value)
              ? value.map((item, index) => hide(item, `${path}/${index}`))
              : typeof value === "object" && value !== null
                ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hide(item, `${path}/${key}`)]))
                : value;
        const hidden = hide(props);
        const lost = changes(hidden, mended(rule, type, hidden)).filter((place) => {
          const before = place
            .split("/")
            .slice(1)
            .reduce((here: Any, key) => here?.[key], hidden);
          return before === unknown;
        });
        expect(lost, name).to.deep.equal([]);
      }
    });
  }
  it("fills in resources that fit what is said: no limit below its request, no request above its limit", () => {
    const rule = mending.find(({ name }) => name === "containers-have-resources") as ResourceRule;
    const resources = (given: object | undefined) =>
      mended(
        rule,
        "kubernetes:apps/v1:Deployment",
        deployment((spec) => (spec.containers[0].resources = given)),
      ).spec.template.spec.containers[0].resources;
    expect(resources(undefined)).to.deep.equal({
      requests: { cpu: "50m", memory: "64Mi" },
      limits: { cpu: "500m", memory: "512Mi" },
    });
    expect(resources({ requests: { cpu: 2, memory: "1Gi" } }).limits).to.deep.equal({ cpu: 2, memory: "1Gi" });
    expect(resources({ limits: { cpu: "20m", memory: "32Mi" } }).requests).to.deep.equal({
      cpu: "20m",
      memory: "32Mi",
    });
    expect(resources({ requests: { cpu: unknown, memory: "1Gi" } }).limits).to.deep.equal({ memory: "1Gi" });
    expect(resources({ limits: unknown })).to.deep.equal({ limits: unknown });
  });
});

describe("mending through the SDK", function () {
  this.timeout(60_000);
  const runner = new PackRunner();
  before(() => runner.start());
  after(() => runner.stop());
  const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
  const secret = (value: unknown) => ({ ...SECRET, value });

  it("keeps secrets secret and mends around what is not known yet", async () => {
    await runner.configure(
      Object.fromEntries(mending.map(({ name }) => [name, { enforcementLevel: "remediate", ...SETTINGS[name] }])),
    );
    const type = "kubernetes:apps/v1:Deployment";
    const bare = deployment((spec) => {
      spec.containers = [
        { name: "a", image: unknown, env: [{ name: "TOKEN", value: secret("hunter2") }] },
        { name: "b", image: "b:1", securityContext: unknown, resources: { requests: { cpu: unknown } } },
      ];
      spec.securityContext = { runAsUser: secret(7) };
    });
    const { properties } = await runner.remediate({
      type,
      name: "app",
      urn: `urn:pulumi:dev::a::${type}::app`,
      props: bare,
    });
    const pod = properties.spec.template.spec;
    expect(pod.securityContext).to.deep.equal({ runAsUser: secret(7), seccompProfile: { type: "RuntimeDefault" } });
    expect(pod.containers[0]).to.deep.equal({
      name: "a",
      image: unknown,
      env: [{ name: "TOKEN", value: secret("hunter2") }],
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
    });
    expect(pod.containers[1]).to.deep.equal({
      name: "b",
      image: "b:1",
      securityContext: unknown,
      resources: { requests: { cpu: unknown, memory: "64Mi" }, limits: { memory: "512Mi" } },
    });
    const vpc = "aws:ec2/vpc:Vpc";
    const tagged = await runner.remediate({
      type: vpc,
      name: "vpc",
      urn: `urn:pulumi:dev::a::${vpc}::vpc`,
      props: { cidrBlock: "10.0.0.0/16", tags: { owner: secret("me") } },
    });
    expect(tagged.properties.tags).to.deep.equal({
      owner: secret("me"),
      environment: "dev",
      "cost-centre": "engineering",
    });
  });
});

describe("slipway policy fix", () => {
  const broken = deployment(
    (spec) => {
      delete spec.containers[0].resources;
      spec.containers[0].env = [{ name: "PASSWORD", value: "hunter2" }];
    },
    (whole) => (whole.metadata = { name: "app", namespace: "shop" }),
  );
  const subject = new Subject("all.yaml:1:Deployment", "kubernetes:apps/v1:Deployment", "app", plain(broken) as Fields);
  /** JSON Patch (RFC 6902) for what the fixes use: add and replace. */
  function patched(whole: Any, patch: readonly Operation[]): Any {
    const copy = structuredClone(whole);
    for (const { op, path, value } of patch) {
      const keys = path
        .split("/")
        .slice(1)
        .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
      const parent = keys.slice(0, -1).reduce((here: Any, key) => here[key], copy);
      expect(op === "add", path).to.equal(parent[keys.at(-1) as string] === undefined);
      parent[keys.at(-1) as string] = value;
    }
    return copy;
  }

  it("patches what the rule then accepts, without a word of the secrets beside it", () => {
    const fix = fixOf(subject, rules, "production", {});
    expect(fix?.rules).to.deep.equal(["containers-have-resources"]);
    expect(JSON.stringify(fix?.patch)).to.not.include("hunter2");
    const after = new Subject("u", subject.type, "app", plain(patched(broken, fix?.patch ?? [])) as Fields);
    expect(fixOf(after, rules, "production", {})).to.equal(undefined);
  });
  it("follows the config: its settings are what is filled in, and what is disabled or waived stays", () => {
    const filled = fixOf(subject, rules, "production", {
      "containers-have-resources": { fill: ["requests.cpu=1", "limits.cpu=2"] },
    });
    expect(filled?.patch).to.deep.equal([
      {
        op: "add",
        path: "/spec/template/spec/containers/0/resources",
        value: { requests: { cpu: "1" }, limits: { cpu: "2" } },
      },
    ]);
    expect(fixOf(subject, rules, "production", { "containers-have-resources": "disabled" })).to.equal(undefined);
    const waiver = {
      rule: "containers-have-resources",
      object: "shop/app",
      owner: "team",
      reason: "measured first",
      expires: "2027-01-31",
    };
    const waivers = new Waivers([waiver], new Set(rules.map(({ name }) => name)), "2026-06-15");
    expect(fixOf(subject, rules, "production", {}, waivers)).to.equal(undefined);
  });
});
