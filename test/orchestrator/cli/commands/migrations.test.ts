import path from "node:path";
import { expect } from "chai";
import { useFolder } from "../../../support/folder";
import { commitAll, write } from "../../promotion/project";
import { cli } from "../command-line";
import { project } from "./project";

describe("slipway migrations check", () => {
  const folder = useFolder();
  const root = () => path.join(folder(), "project");
  const check = (...args: string[]) => cli(root(), "migrations", "check", path.join(root(), "migrations"), ...args);
  const author = "ada@example.com";
  const migration = (name: string, sql: string) => write(root(), { [`migrations/${name}`]: sql });

  beforeEach(() => {
    project(root());
    migration("0001_users.sql", "CREATE TABLE users (id bigint, name text);\n");
  });

  it("ends with 0 when nothing would break, with 1 and the safe way when something would", async () => {
    expect(await check()).to.include({ exit: 0, out: "1 migration judged: 0 findings\n" });
    migration("0002_rename.sql", "ALTER TABLE users RENAME COLUMN name TO full_name;\n");
    const { exit, out } = await check();
    expect(exit).to.equal(1);
    expect(out).to.include("0002_rename.sql:1 rename (D3.2)").and.include("later release");
  });
  it("speaks JSON and SARIF", async () => {
    migration("0002_index.sql", "CREATE INDEX i ON users (name);\n");
    expect(JSON.parse((await check("--output", "json")).out)).to.deep.include({
      result: "failed",
      exitCode: 1,
      judged: 2,
    });
    expect(JSON.parse((await check("--output", "sarif")).out)).to.have.nested.property(
      "runs[0].results[0].ruleId",
      "index-locks",
    );
  });
  it("knows by a revision what is applied: that stays as it was, and the rest is one release", async () => {
    commitAll(root(), author, "users");
    migration("0002_more.sql", "ALTER TABLE users ADD COLUMN full_name text;\n");
    migration("0003_less.sql", "ALTER TABLE users DROP COLUMN name;\n");
    expect((await check("--since", "HEAD")).out)
      .to.include("drop-with-successor")
      .and.include("2 migrations judged");
    migration("0001_users.sql", "CREATE TABLE users (id bigint);\n");
    expect((await check("--since", "HEAD")).out).to.include("0001_users.sql was applied as");
  });
  it("refuses what it cannot judge", async () => {
    expect((await cli(root(), "migrations", "check", path.join(root(), "nowhere"))).err).to.include("path-not-found");
    migration("first.sql", "SELECT 1;\n");
    expect(await check()).to.include({ exit: 2 });
    expect((await cli(root(), "migrations", "check", folder(), "--since", "HEAD")).err).to.include("folder-outside");
  });
  it("[D1.8] a release takes its migrations along by checksum, and is not made with one that would break", async () => {
    commitAll(root(), author, "users");
    const place = ["--state-dir", path.join(folder(), "state"), "--json"];
    const made = JSON.parse((await cli(root(), "release", "create", ...place)).out) as {
      record: { migrations: Record<string, string> };
    };
    expect(Object.keys(made.record.migrations)).to.deep.equal(["0001_users.sql"]);
    migration("0002_rename.sql", "ALTER TABLE users RENAME TO people;\n");
    expect((await cli(root(), "release", "create", ...place)).err).to.include("checkout-differs");
    commitAll(root(), author, "people");
    const { exit, err } = await cli(root(), "release", "create", "--since", "HEAD~1", ...place);
    expect(exit).to.equal(1);
    expect(err).to.include("migrations-unsafe").and.include("0002_rename.sql:1 rename");
  });
});
