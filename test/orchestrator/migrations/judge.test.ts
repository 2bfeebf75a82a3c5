import { expect } from "chai";
import { judge } from "../../../orchestrator/migrations/judge";
import { inOrder } from "../../../orchestrator/migrations/migration";
import { ruleNames, ruleTexts } from "../../../orchestrator/migrations/rules";

const migrationsOf = (...sql: string[]) =>
  inOrder(
    sql.map((text, index) => ({ name: `${String(index + 1).padStart(4, "0")}_step.sql`, bytes: Buffer.from(text) })),
  );
/** Rules that the last of these files breaks, the others being applied. */
async function broken(...sql: string[]): Promise<string[]> {
  const migrations = migrationsOf(...sql);
  const pending = new Set(migrations.slice(-1).map(({ name }) => name));
  return (await judge({ migrations, pending })).filter(({ allowed }) => allowed === undefined).map(({ rule }) => rule);
}

const cases: readonly [string, string, readonly string[]][] = [
  ["D3.2", "ALTER TABLE users RENAME COLUMN name TO full_name", ["rename"]],
  ["D3.2", "ALTER TABLE users RENAME TO people", ["rename"]],
  ["D3.2", "ALTER VIEW v RENAME TO w", ["rename"]],
  ["D3.2", "ALTER TABLE users SET SCHEMA archive", ["rename"]],
  ["D3.2", "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'", ["rename"]],
  ["D3.2", "ALTER INDEX a RENAME TO b", []],
  ["D3.2", "ALTER TABLE users RENAME CONSTRAINT a TO b", []],
  ["D3.3", "ALTER TABLE users ADD COLUMN full_name text; ALTER TABLE users DROP COLUMN name", ["drop-with-successor"]],
  ["D3.3", "CREATE TABLE people (id bigint); DROP TABLE users", ["drop-with-successor"]],
  ["D3.1", "ALTER TABLE users DROP COLUMN name", ["drop"]],
  ["D3.1", "DROP TABLE users, orders", ["drop", "drop"]],
  ["D3.1", "DROP VIEW IF EXISTS a.v", ["drop"]],
  ["D3.1", "DROP FUNCTION f(int)", ["drop"]],
  ["D3.1", "ALTER TABLE users ALTER COLUMN name DROP DEFAULT", ["drop"]],
  ["D3.1", "DROP TRIGGER t ON users", []],
  ["D3.1", "ALTER TABLE users ALTER COLUMN name DROP NOT NULL", []],
  ["D3.4", "ALTER TABLE users ALTER COLUMN name SET NOT NULL", ["not-null"]],
  ["D3.4", "ALTER TABLE users ADD COLUMN age int NOT NULL", ["not-null"]],
  ["D3.4", "ALTER TABLE users ADD COLUMN age int NOT NULL DEFAULT 0", []],
  ["D3.4", "ALTER TABLE users ADD CONSTRAINT n NOT NULL name", ["not-null"]],
  ["D3.4", "ALTER TABLE users ADD CONSTRAINT n NOT NULL name NOT VALID", []],
  ["D3.2", "ALTER TABLE users ALTER COLUMN age TYPE bigint", ["column-type"]],
  ["D3.1", "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0)", ["constraint-validates"]],
  ["D3.1", "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID", []],
  ["D3.1", "ALTER TABLE users ADD FOREIGN KEY (a) REFERENCES b (id)", ["constraint-validates"]],
  ["D3.1", "ALTER TABLE users ADD CONSTRAINT u UNIQUE (mail)", ["constraint-validates"]],
  ["D3.1", "ALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX i", []],
  ["D3.1", "ALTER TABLE users ADD COLUMN boss bigint REFERENCES users (id)", ["constraint-validates"]],
  ["D3.1", "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c", []],
  ["D3.1", "CREATE INDEX i ON users (name)", ["index-locks"]],
  ["D3.1", "CREATE UNIQUE INDEX CONCURRENTLY i ON users (name)", []],
  ["D3.1", "DROP INDEX i", ["index-locks"]],
  ["D3.1", "REINDEX TABLE users", ["index-locks"]],
  ["D3.1", "REINDEX (CONCURRENTLY) TABLE users", []],
  [
    "D3.6",
    "CREATE INDEX CONCURRENTLY i ON users (name); CREATE INDEX CONCURRENTLY j ON users (age)",
    ["concurrent-alone", "concurrent-alone"],
  ],
  ["D3.1", "ALTER TABLE users ADD COLUMN seen timestamptz DEFAULT clock_timestamp()", ["table-rewrite"]],
  ["D3.1", "ALTER TABLE users ADD COLUMN seen timestamptz DEFAULT now()", []],
  ["D3.1", "ALTER TABLE users ADD COLUMN number bigserial", ["table-rewrite"]],
  ["D3.2", "UPDATE users SET full_name = name", ["data-in-bulk"]],
  ["D3.2", "UPDATE users SET full_name = name WHERE id BETWEEN 1 AND 5000", []],
  ["D3.2", "TRUNCATE users", ["data-in-bulk"]],
  ["D3.1", "LOCK TABLE users", ["table-lock"]],
  ["D3.1", "VACUUM FULL users", ["table-lock"]],
  ["D3.1", "REFRESH MATERIALIZED VIEW totals", ["table-lock"]],
  ["D3.5", "DO $$ BEGIN EXECUTE 'DROP TABLE users'; END $$", ["opaque"]],
  ["D3.5", "ALTER TABEL users DROP x", ["unreadable"]],
  ["D3.1", "CREATE TABLE t (id bigint PRIMARY KEY, name text NOT NULL); CREATE INDEX i ON t (name)", []],
  ["D3.1", "INSERT INTO t VALUES (1); SELECT 1; SET lock_timeout = '3s'", []],
];

describe("migrations are judged", () => {
  for (const [requirement, sql, rules] of cases)
    it(`[${requirement}] ${sql}: ${rules.join(", ") || "fine"}`, async () =>
      expect(await broken(sql)).to.deep.equal(rules));

  it("[D3.4] NOT NULL after a validated check of an earlier migration is fine, in steps and in no other order", async () => {
    const add = "ALTER TABLE users ADD COLUMN age int DEFAULT 0";
    const guard = "ALTER TABLE users ADD CONSTRAINT aged CHECK (age IS NOT NULL) NOT VALID";
    const validate = "ALTER TABLE users VALIDATE CONSTRAINT aged";
    const constrain = "ALTER TABLE users ALTER COLUMN age SET NOT NULL";
    expect(await broken(add, guard, validate, constrain)).to.deep.equal([]);
    expect(await broken(add, guard, constrain)).to.deep.equal(["not-null"]);
    expect(await broken(add, guard)).to.deep.equal([]);
    expect(await broken(`${add}; ${guard}`)).to.deep.equal(["not-null"]);
  });
  it("[D3.3] a drop and its successor meet across the files of one release, and not across releases", async () => {
    const migrations = migrationsOf("ALTER TABLE users ADD COLUMN b text", "ALTER TABLE users DROP COLUMN a");
    const names = migrations.map(({ name }) => name);
    const rulesOf = async (pending: string[], apart = false) =>
      (await judge({ migrations, pending: new Set(pending), apart })).map(({ rule }) => rule);
    expect(await rulesOf(names)).to.deep.equal(["drop-with-successor"]);
    expect(await rulesOf(names, true)).to.deep.equal(["drop"]);
    expect(await rulesOf(names.slice(1))).to.deep.equal(["drop"]);
  });
  it("a table of this very release has no users yet", async () => {
    const migrations = migrationsOf(
      "CREATE TABLE t (id bigint)",
      "CREATE INDEX i ON t (id); ALTER TABLE t ALTER COLUMN id SET NOT NULL",
    );
    const all = new Set(migrations.map(({ name }) => name));
    expect(await judge({ migrations, pending: all })).to.deep.equal([]);
    expect(await judge({ migrations, pending: all, apart: true })).to.have.length(2);
  });
  it("what a person allows is told with the reason, and some things nobody allows", async () => {
    const allow = (rule: string, sql: string) =>
      judgeText(`-- the old column\n-- slipway:allow ${rule}: unused since v1.4\n${sql};`);
    expect(await allow("drop", "ALTER TABLE users DROP COLUMN name")).to.have.nested.property(
      "[0].allowed",
      "unused since v1.4",
    );
    expect(await allow("drop", "ALTER TABLE users RENAME TO people")).to.not.have.nested.property("[0].allowed");
    expect(await allow("rename", "ALTER TABLE users RENAME TO people")).to.not.have.nested.property("[0].allowed");
    expect(await judgeText("-- slipway:allow drop:\nDROP TABLE t;")).to.not.have.nested.property("[0].allowed");
    expect(await judgeText("-- slipway:allow drop: why\n\nSELECT 1;\nDROP TABLE t;")).to.not.have.nested.property(
      "[0].allowed",
    );
  });
  it("a finding names the line of its statement, whatever letters and comments are before it", async () => {
    const found = await judgeText(
      "-- größer ≥ vorher\n/* mehr\n Zeilen */\nSELECT 'ä;ö';\n\n-- weg damit\nDROP TABLE t;\nDROP TABEL u;\n",
    );
    expect(found.map(({ line, rule }) => [line, rule])).to.deep.equal([[8, "unreadable"]]);
    const readable = await judgeText(
      "-- größer ≥ vorher\n/* mehr\n Zeilen */\nSELECT 'ä;ö';\n\n-- weg damit\nDROP TABLE t;",
    );
    expect(readable.map(({ line, rule }) => [line, rule])).to.deep.equal([[7, "drop"]]);
  });
  it("every rule says how to do it safely, and is proven by a case above", () => {
    const proven = new Set(cases.flatMap(([, , rules]) => rules));
    for (const name of ruleNames) {
      expect(ruleTexts[name].rewrite, name).to.have.length.greaterThan(20);
      expect(proven, name).to.include(name);
    }
  });
});

function judgeText(sql: string) {
  const migrations = migrationsOf(sql);
  return judge({ migrations, pending: new Set(migrations.map(({ name }) => name)) });
}
