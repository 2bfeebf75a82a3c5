import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { configFor } from "../../../policy/config";
import { environments, levelOf } from "../../../policy/rule";
import { fits } from "../../../policy/setting";
import { rules } from "../../../policy/rules";

const policy = path.join(__dirname, "..", "..", "..", "policy");

describe("the rules of the pack", () => {
  it("lists every rule file, under a name that is its file's", () => {
    const files = fs.readdirSync(path.join(policy, "rules")).filter((file) => file !== "index.ts");
    expect(rules.map((rule) => `${rule.name}.ts`).sort()).to.deep.equal(files.sort());
  });
  it("gives each rule a promise, a remedy, a requirement and a source", () => {
    for (const rule of rules) {
      expect(rule.description, rule.name).to.match(/^[A-Z].{20,}\.$/);
      expect(rule.remediation, rule.name).to.match(/^[A-Z].{20,}\.$/);
      expect(rule.requirement, rule.name).to.match(/^[A-I]\d+(\.\d+)?$/);
      expect(rule.url, rule.name).to.match(/^https:\/\//);
    }
  });
  for (const environment of environments) {
    it(`says in config/${environment}.json what the rules say of themselves, and adds only waivers`, () => {
      const config = read(environment);
      const { waivers: _waivers, ...all } = config["all"] as Record<string, unknown>;
      expect({ ...config, all }).to.deep.equal(configFor(environment, rules));
    });
  }
  it("asks of staging what production asks for, or says so a step before", () => {
    const order = ["disabled", "advisory", "mandatory"];
    for (const rule of rules) {
      const [dev, staging, production] = environments.map((name) => order.indexOf(levelOf(rule, name)));
      expect(dev, rule.name).to.be.at.most(staging as number);
      expect(staging, rule.name).to.be.at.most(production as number);
    }
  });
  it("gives each rule a framework's control in full", () => {
    for (const { name, framework } of rules)
      expect(
        Object.values(framework).every((field) => typeof field === "string" && field !== ""),
        name,
      ).to.equal(true);
  });
  it("names each setting with its default, in words and of its own type", () => {
    for (const { name, settings } of rules)
      for (const [key, setting] of Object.entries(settings ?? {})) {
        expect(fits(setting, setting.default), `${name}.${key}`).to.equal(true);
        expect(setting.description, `${name}.${key}`).to.not.equal("");
        expect(key).to.not.be.oneOf(["enforcementLevel", "whenUnknown", "waivers"]);
      }
  });
  it("relaxes in dev only rules that exist", () => {
    const known = new Set<string>(["all", ...rules.map((rule) => rule.name)]);
    expect(Object.keys(read("dev")).filter((name) => !known.has(name))).to.deep.equal([]);
  });
  it("fails closed on unknown values in production [E1.5]", () => {
    expect(read("production")["all"]).to.deep.include({ whenUnknown: "violation" });
  });
});

function read(environment: string): Record<string, unknown> {
  return JSON.parse(fs.readFileSync(path.join(policy, "config", `${environment}.json`), "utf8")) as Record<
    string,
    unknown
  >;
}
