import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { useFolder } from "../../../support/folder";
import { cli } from "../command-line";

describe("slipway data refresh", () => {
  const folder = useFolder();
  const at = (name: string) => path.join(folder(), name);
  const run = (...more: string[]) =>
    cli(
      folder(),
      "data",
      "refresh",
      "--rules",
      at("rules.yaml"),
      "--from",
      at("dump.sql"),
      "--out",
      at("out.sql"),
      ...more,
    );
  const dump = (remark: string) =>
    writeFileSync(at("dump.sql"), `COPY public.users (mail, remark) FROM stdin;\nada@example.com\t${remark}\n\\.\n`);
  beforeEach(() => writeFileSync(at("rules.yaml"), "tables: { public.users: { mail: mail, remark: keep } }\n"));

  it("[C4.5] writes a clean result, for its owner only", async () => {
    dump("fast");
    const { exit, out, err } = await run("--json");
    expect(exit, err).to.equal(0);
    expect(JSON.parse(out)).to.deep.include({ replaced: 1, rows: { "public.users": 1 } });
    expect(readFileSync(at("out.sql"), "utf8")).to.include("@example.invalid\tfast");
    expect(statSync(at("out.sql")).mode & 0o077).to.equal(0);
  });
  it("[C4.5] leaves nothing behind when there is personal data in it", async () => {
    dump("call bob@corp.example");
    const { exit, err } = await run();
    expect(exit).to.equal(1);
    expect(err).to.include("personal-data-found").and.not.include("bob@");
    expect(existsSync(at("out.sql"))).to.equal(false);
    expect(readdirSync(folder()).toSorted()).to.deep.equal(["dump.sql", "rules.yaml"]);
  });
  it("[C4.5] has no option that leaves data as it is", async () => {
    expect((await cli(folder(), "data", "refresh", "--help")).out).to.not.match(/skip|no-anonym|--no-scan|--force/);
  });
  it("says which file is missing", async () => {
    expect(await run()).to.include({ exit: 2 });
  });
});
