import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { loadRules, parseRules } from "../../../orchestrator/promotion/rules";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";
import { write } from "./project";

const ROOT = path.join(__dirname, "..", "..", "..");
const text = readFileSync(path.join(ROOT, "promotion", "rules.yaml"), "utf8");

describe("the rules of promotion", () => {
  const folder = useFolder();

  it("of this project are those of the requirements [D2.2] [D2.3] [D6.1] [D6.2]", () => {
    const { environments, approvalHours } = loadRules(ROOT);
    expect(environments.dev).to.deep.include({ approvals: {}, soakHours: 0, freezes: [] });
    expect(environments.staging.approvals).to.deep.equal({ "tech-lead": 1, qa: 1 });
    expect(environments.production.approvals).to.deep.equal({ "engineering-manager": 1, "product-owner": 1 });
    expect(Object.values(environments).map(({ rollback }) => rollback)).to.deep.equal([
      "automatic",
      "manual",
      "automatic",
    ]);
    expect(environments.production.watch?.minutes).to.equal(30);
    expect(environments.staging.soakHours).to.be.above(0);
    expect(approvalHours).to.be.above(0);
  });

  it("have a digest that changes with either file", () => {
    const digests = [
      parseRules(text, ""),
      parseRules(`${text}\n`, ""),
      parseRules(text, "# one\n"),
      parseRules(text, ""),
    ];
    expect(new Set(digests.map(({ digest }) => digest)).size).to.equal(3);
  });

  it("are missed by name", async () => {
    write(folder(), { "promotion/rules.yaml": text });
    const { code, message } = await refusal(() => loadRules(folder()));
    expect(code).to.equal("rules-missing");
    expect(message).to.include("allowed_signers");
  });

  for (const [what, from, to, said] of [
    ["a misspelt key", "soakHours: 24", "soakHuors: 24", "soakHuors"],
    ["an environment that is none", "  dev:\n", "  qa: {}\n  dev:\n", "qa"],
    ["a role that nobody has", "qa: 1", "quality: 1", "staging wants 1 of role quality, and only 0 people have it"],
    ["more approvals than people", "qa: 1", "qa: 2", "only 1 people have it"],
    ["no approval at all", "qa: 1", "qa: 0", "approvals.qa"],
    ["an address of two people", "- email: qa@", "- email: tech-lead@", "one address is one person"],
    ["a freeze without a reason", "reason: nobody is at hand over the weekend", "", "reason"],
    ["no YAML", "people:", "people: [", "cannot be used"],
  ] as const) {
    it(`are refused with ${what}`, async () => {
      expect(text).to.include(from);
      const { code, message } = await refusal(() => parseRules(text.replace(from, to), ""));
      expect(code).to.equal("rules-invalid");
      expect(message).to.include(said);
    });
  }
});
