import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
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
  for (const environment of ["staging", "production"]) {
    it(`makes every rule mandatory in ${environment}`, () => {
      const config = read(environment);
      const all = config["all"] as string | { enforcementLevel: string };
      expect(typeof all === "string" ? all : all.enforcementLevel).to.equal("mandatory");
      expect(Object.keys(config)).to.deep.equal(["all"]);
    });
  }
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
