import { expect } from "chai";
import { parseRules } from "../../../orchestrator/data/rules";
import { refusal } from "../../support/refusal";

describe("rules of anonymisation", () => {
  it("say of each column what becomes of it", () => {
    expect(parseRules("tables:\n  public.users: { id: keep, mail: mail }\n", "rules.yaml")).to.deep.equal({
      tables: { "public.users": { id: "keep", mail: "mail" } },
    });
  });
  for (const [what, text] of [
    ["switched off", "enabled: false\ntables: {}\n"],
    ["of a treatment nobody knows", "tables: { users: { mail: skip } }\n"],
    ["no YAML", "tables: [\n"],
  ] as const)
    it(`[C4.5] cannot be ${what}`, async () => {
      expect(await refusal(() => parseRules(text, "rules.yaml"))).to.include({
        code: "anonymisation-invalid",
        kind: "usage",
      });
    });
});
