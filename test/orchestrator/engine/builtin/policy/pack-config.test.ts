import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import {
  readPackConfig,
  reconcile,
  type Level,
  type PolicyInfo,
} from "../../../../../orchestrator/engine/builtin/policy/pack-config";
import { useFolder } from "../../../../support/folder";
import { refusal } from "../../../../support/refusal";

const policy = (name: string, rest: Partial<PolicyInfo> = {}): PolicyInfo => ({
  name,
  description: "",
  level: "mandatory",
  schema: { properties: {}, required: [] },
  ...rest,
});
const sized = (name: string) =>
  policy(name, {
    schema: {
      properties: { most: { type: "integer", minimum: 1, default: 3 }, note: { type: "string" } },
      required: [],
    },
  });

describe("policy config", () => {
  describe("from a file", () => {
    const folder = useFolder();
    const file = (text: string) => {
      const place = path.join(folder(), "config.json");
      writeFileSync(place, text);
      return place;
    };

    it("is nothing when none is given, and else what the file says", () => {
      expect(readPackConfig(undefined)).to.deep.equal({});
      expect(readPackConfig(file('{"a": "advisory"}'))).to.deep.equal({ a: "advisory" });
    });

    it("is refused when it cannot be read, is no JSON or no object", async () => {
      const missing = await refusal(() => readPackConfig(path.join(folder(), "absent.json")));
      expect([missing.code, missing.kind]).to.deep.equal(["bad-policy-config", "usage"]);
      for (const text of ["{", "[]", "null", '"mandatory"'])
        expect((await refusal(() => readPackConfig(file(text)))).code, text).to.equal("bad-policy-config");
    });
  });

  describe("of each policy", () => {
    it("starts from the schema's defaults and the policy's own level", async () => {
      expect(await reconcile([sized("a")], {}, {}, "")).to.deep.equal({
        a: { level: "mandatory", properties: { most: 3 } },
      });
    });

    it("is laid over by the pack's own config, then `all`, then its entry", async () => {
      const initial = { a: { level: "advisory" as const, properties: { most: 4, note: "pack" } } };
      const of = async (given: Parameters<typeof reconcile>[2]) =>
        (await reconcile([sized("a")], initial, given, ""))["a"];
      expect(await of({})).to.deep.equal({ level: "advisory", properties: { most: 4, note: "pack" } });
      expect(await of({ all: "disabled" })).to.deep.equal({ level: "disabled", properties: { most: 4, note: "pack" } });
      expect(await of({ all: { enforcementLevel: "disabled", most: 5 }, a: { most: 6 } })).to.deep.equal({
        level: "disabled",
        properties: { most: 6, note: "pack" },
      });
      expect((await of({ all: "disabled", a: "remediate" }))?.level).to.equal("remediate");
    });

    it("takes of `all` only what its schema knows, of its own entry everything", async () => {
      const settings = await reconcile([sized("a"), policy("b")], {}, { all: { most: 9 }, b: { free: true } }, "");
      expect(settings["a"]?.properties).to.deep.equal({ most: 9 });
      expect(settings["b"]?.properties).to.deep.equal({ free: true });
    });

    it("may be described in words of the pack's own, which check nothing", async () => {
      const worded = policy("a", {
        schema: { properties: { most: { type: "integer", unit: "items" } }, required: [] },
      });
      expect((await reconcile([worded], {}, { a: { most: 3 } }, ""))["a"]?.properties).to.deep.equal({ most: 3 });
    });

    it("is refused with every mistake at once, named by policy and property", async () => {
      const strict = policy("b", { schema: { properties: { who: { type: "string" } }, required: ["who"] } });
      const given = { a: { most: 0, note: 1, enforcementLevel: "strict" as Level } };
      const error = await refusal(() => reconcile([sized("a"), strict], {}, given, "config.json"));
      expect([error.code, error.kind]).to.deep.equal(["bad-policy-config", "usage"]);
      expect(error.message)
        .to.contain("config.json")
        .and.contain('a: enforcementLevel "strict"')
        .and.contain("a: most must be >= 1")
        .and.contain("a: note must be string")
        .and.contain("b: config must have required property 'who'");
    });
  });
});
