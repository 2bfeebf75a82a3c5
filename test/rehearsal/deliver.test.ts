import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { cli } from "../orchestrator/cli/command-line";
import { commitAll, git } from "../orchestrator/promotion/project";
import { useFolder } from "../support/folder";

const ROOT = path.join(__dirname, "..", "..");

/** The project in a repository of its own. */
function project(root: string): void {
  mkdirSync(root);
  for (const name of ["infra", "policy", "promotion", "docs"])
    cpSync(path.join(ROOT, name), path.join(root, name), {
      recursive: true,
      filter: (from) => !from.endsWith("node_modules"),
    });
  const files = ["dev", "staging", "production"].map((name) => `Pulumi.${name}.yaml`);
  for (const name of ["package-lock.json", "Pulumi.yaml", ".gitignore", ...files])
    cpSync(path.join(ROOT, name), path.join(root, name));
  symlinkSync(path.join(ROOT, "node_modules"), path.join(root, "node_modules"));
  git(root, "ada@example.com", "init", "-q");
  writeFileSync(path.join(root, ".git", "info", "exclude"), "node_modules\n");
  commitAll(root, "ada@example.com", "the platform");
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

describe("a delivery by command line", function () {
  this.timeout(600_000);
  const folder = useFolder();

  it("is a folder that stands alone, holds no secret, satisfies the policy pack and tells when it was touched [A20.1] [G1.2]", async () => {
    const root = path.join(folder(), "project");
    project(root);
    const out = path.join(folder(), "bundle");
    const state = ["--state-dir", path.join(folder(), "state"), "--engine", "builtin", "--cluster", "embedded"];
    const place = ["--state-dir", path.join(folder(), "state"), "--json"];
    const created = await cli(root, "release", "create", ...place);
    const { release } = JSON.parse(created.out) as { release: string };
    const made = await cli(root, "deliver", "--out", out, "--json", ...state);
    expect(made.exit, made.err).to.equal(0);
    expect(JSON.parse(made.out)).to.deep.include({ release });
    expect(existsSync(path.join(out, "evidence", "release.json"))).to.equal(true);
    expect(existsSync(path.join(folder(), "state", "rehearsal", "dev")), "a delivery builds nothing").to.equal(false);

    const ofProduction = ["base", path.join("overlays", "production")].map((name) => path.join(out, "infra", name));
    const policed = await cli(root, "policy", "check", ...ofProduction, "--environment", "production");
    expect(policed.exit, policed.out).to.equal(0);
    const files = filesBelow(out);
    expect(files.length).to.be.greaterThan(200);
    for (const file of files.filter((name) => name.endsWith(".yaml")))
      expect(readFileSync(file, "utf8"), file).to.not.match(/^kind: Secret$/m);
    expect((await cli(root, "deliver", "--check", "--out", out)).exit).to.equal(0);
    git(folder(), "ada@example.com", "clone", "-q", path.join(out, "platform.bundle"), path.join(folder(), "clone"));
    expect(existsSync(path.join(folder(), "clone", "Pulumi.production.yaml"))).to.equal(true);

    appendFileSync(path.join(out, "clusters", "production.yaml"), "# harmless\n");
    const touched = await cli(root, "deliver", "--check", "--out", out);
    expect(touched.exit).to.equal(1);
    expect(touched.out).to.include("changed clusters/production.yaml");
  });

  it("is not made of what nobody committed, nor of a history that holds a credential [A20.4]", async () => {
    const root = path.join(folder(), "project");
    project(root);
    const out = path.join(folder(), "bundle");
    appendFileSync(path.join(root, "infra", "naming.ts"), "// changed\n");
    const open = await cli(root, "deliver", "--out", out);
    expect(open.exit).to.equal(4);
    expect(open.err).to.include("infra/naming.ts");

    const token = ["ghp", "a".repeat(36)].join("_");
    writeFileSync(path.join(root, "notes.txt"), `TOKEN=${token}\n`);
    git(root, "ada@example.com", "add", "notes.txt");
    expect((await cli(root, "scan", "--staged")).exit).to.equal(1);
    commitAll(root, "ada@example.com", "notes");
    const leaky = await cli(root, "deliver", "--out", out);
    expect(leaky.exit).to.equal(1);
    expect(leaky.err).to.include("notes.txt:1").and.not.include(token);
    const scanned = await cli(root, "scan", "--json");
    expect(scanned.exit).to.equal(1);
    expect(JSON.parse(scanned.out)).to.deep.include({ sights: [{ file: "notes.txt", line: 1 }] });
    expect(existsSync(out)).to.equal(false);
  });
});
