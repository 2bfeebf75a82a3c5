import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { rulePage } from "../../policy/rule-table";
import { rules } from "../../policy/rules";

const page = path.join(__dirname, "..", "..", "docs", "policy", "rules.md");

describe("docs/policy/rules.md", () => {
  it("says of each rule what the rule says of itself", () => {
    expect(fs.readFileSync(page, "utf8"), "write it again with rulePage(rules)").to.equal(rulePage(rules));
  });
});
