import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { useFolder } from "../../../support/folder";
import { commitAll } from "../../promotion/project";
import { cli } from "../command-line";
import { project } from "./project";

const IMAGE = `registry.example/app@sha256:${"a".repeat(64)}`;

describe("slipway release", () => {
  const folder = useFolder();
  const root = () => path.join(folder(), "project");
  const run = (...args: string[]) => cli(root(), "release", ...args, "--state-dir", path.join(folder(), "state"));
  const made = async (...args: string[]) => {
    const { exit, out, err } = await run("create", "--json", ...args);
    expect(exit, err).to.equal(0);
    return (JSON.parse(out) as { release: string }).release;
  };

  it("makes the record of the commit that is checked out, and shows it", async () => {
    const commit = project(root());
    const release = await made("--image", `app=${IMAGE}`);
    const { exit, out } = await run("show", release.slice(7, 17));
    expect(exit).to.equal(0);
    expect(out).to.include(release).and.include(commit).and.include(IMAGE).and.include("chart karpenter");
    expect(out).to.include("ada@example.com, who do not approve it");
  });

  it("makes the same release twice as one, with one entry in the ledger", async () => {
    project(root());
    expect(await made()).to.equal(await made());
    const { out } = await cli(root(), "ledger", "show", "--json", "--state-dir", path.join(folder(), "state"));
    expect((JSON.parse(out) as { entries: unknown[] }).entries).to.have.length(1);
  });

  it("tells in what two releases differ", async () => {
    project(root());
    const before = await made();
    const file = path.join(root(), "Pulumi.production.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("retentionDays: 35", "retentionDays: 36"));
    commitAll(root(), "bea@example.com", "keep backups longer");
    const after = await made();
    const { out } = await run("diff", before, after, "--json");
    const { differences } = JSON.parse(out) as { differences: { path: string; before: unknown; after: unknown }[] };
    expect(differences).to.deep.include({
      path: "configuration.production.slipway:backup.retentionDays",
      before: 35,
      after: 36,
    });
    expect((await run("diff", before, before)).out).to.include("no difference");
    expect((await run("diff", before, after)).out).to.include("    - 35\n    + 36\n");
  });

  it("refuses a folder that differs from its commit, with 4", async () => {
    project(root());
    writeFileSync(path.join(root(), "infra", "index.ts"), "export default 2;\n");
    const { exit, err } = await run("create");
    expect(exit).to.equal(4);
    expect(err).to.include("checkout-differs").and.include("infra/index.ts");
  });

  it("refuses settings that no environment could be built from, with every mistake", async () => {
    project(root());
    const file = path.join(root(), "Pulumi.staging.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("slipway:region:", "slipway:regoin:"));
    commitAll(root(), "ada@example.com", "a slip");
    const { exit, err } = await run("create");
    expect(exit).to.equal(2);
    expect(err).to.include("config-invalid").and.include("regoin");
  });

  for (const [what, args, said] of [
    ["an image without a name", ["create", "--image", IMAGE], "name=repository@sha256"],
    ["a release that is not there", ["show", "abcdef123456"], "release-unknown"],
    ["a commit that is not there", ["create", "--since", "v0.0.0"], "commit-unknown"],
  ] as const) {
    it(`ends with 2 on ${what}`, async () => {
      project(root());
      const { exit, err } = await run(...args);
      expect(exit).to.equal(2);
      expect(err).to.include(said);
    });
  }
});
