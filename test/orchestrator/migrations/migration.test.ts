import { expect } from "chai";
import { brokenHistory, checksumsOf, inOrder, pending } from "../../../orchestrator/migrations/migration";
import { refusal } from "../../support/refusal";

const files = (...names: string[]) => names.map((name) => ({ name, bytes: Buffer.from(`-- ${name}`) }));

describe("a list of migrations", () => {
  it("is in the order of its numbers, and of nothing else", () => {
    const migrations = inOrder(files("10_b.sql", "9_a.sql", "README.md"));
    expect(migrations.map(({ name }) => name)).to.deep.equal(["9_a.sql", "10_b.sql"]);
  });
  it("has a number of its own for each", async () => {
    const error = await refusal(() => inOrder(files("1_a.sql", "01_b.sql", "later.sql")));
    expect(error).to.include({ code: "migrations-unordered", kind: "usage" });
    expect(error.message).to.include("01_b.sql").and.include("1_a.sql").and.include("later.sql");
  });
  it("goes on from what was applied when that stays and new ones come after it", () => {
    const applied = checksumsOf(inOrder(files("1_a.sql", "2_b.sql")));
    const now = inOrder(files("1_a.sql", "2_b.sql", "3_c.sql"));
    expect(brokenHistory(applied, checksumsOf(now))).to.deep.equal([]);
    expect(pending(now, applied).map(({ name }) => name)).to.deep.equal(["3_c.sql"]);
  });
  for (const [what, now, words] of [
    ["changed", { "1_a.sql": "sha256:0123456789abcdef", "3_c.sql": "sha256:3" }, "1_a.sql was applied as"],
    ["gone", { "3_c.sql": "sha256:3" }, "1_a.sql was applied and is gone"],
    [
      "passed by",
      { "1_a.sql": "sha256:1", "3_c.sql": "sha256:3", "2_b.sql": "sha256:2" },
      "2_b.sql is new and comes before",
    ],
  ] as const)
    it(`does not when an applied one is ${what}`, () => {
      const broken = brokenHistory({ "1_a.sql": "sha256:1", "3_c.sql": "sha256:3" }, now);
      expect(broken.join()).to.include(words);
    });
});
