import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { expect } from "chai";
import type { Report } from "../../orchestrator/report/report";
import { cli } from "../orchestrator/cli/command-line";
import { useFolder } from "../support/folder";
import { project } from "../support/project";

const ROOT = path.join(__dirname, "..", "..");
const schema = JSON.parse(readFileSync(path.join(ROOT, "docs", "report.schema.json"), "utf8")) as object;

/** Changes the settings of dev; the text must be there. */
function edit(root: string, from: string, to: string): void {
  const file = path.join(root, "Pulumi.dev.yaml");
  const text = readFileSync(file, "utf8");
  expect(text).to.include(from);
  writeFileSync(file, text.replace(from, to));
}

/** What the rehearsal account of dev has been asked to make; nothing when it was never opened. */
function made(root: string): string[] {
  const file = path.join(root, ".slipway", "rehearsal", "dev", "world", "account", "aws.jsonl");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
}

describe("a rehearsal by command line", function () {
  this.timeout(900_000);
  const folder = useFolder();

  const slipway = (...args: string[]) =>
    cli(
      folder(),
      ...args,
      ...["--engine", "builtin", "--cluster", "embedded", "--environment", "dev"],
      ...["--state-dir", path.join(folder(), ".slipway")],
    );

  it("builds dev from nothing to a verified platform, proves it again, and takes it down to an empty account", async () => {
    project(folder());
    const built = await slipway("bootstrap", "--json");
    expect(built.exit, built.err).to.equal(0);
    const report = JSON.parse(built.out) as Report;
    const validate = new Ajv2020({ allErrors: true }).compile(schema);
    validate(report);
    expect(validate.errors).to.equal(null);
    expect(report.environments[0]?.topology).to.include("zone eu-central-1a");
    const findings = report.environments.flatMap(({ steps }) => steps.flatMap((step) => step.findings ?? []));
    expect(findings.length).to.be.greaterThan(20);
    expect(findings.filter(({ verdict }) => verdict !== "passed")).to.deep.equal([]);

    const status = await slipway("status");
    expect(status.out).to.match(/6 EntryPoint +\d+ resources +verified succeeded/);

    const again = await slipway("bootstrap");
    expect(again.exit, again.out).to.equal(0);
    expect(again.out).to.include("no change");

    const refused = await slipway("destroy");
    expect(refused.exit).to.equal(2);
    expect(refused.err).to.include("--yes");
    const guarded = await slipway("destroy", "--yes");
    expect(guarded.exit).to.equal(4);
    expect(guarded.out.replace(/\s+/g, " ")).to.include("--destroy-protected");
    const verified = await slipway("verify");
    expect(verified.exit, `neither the second run nor a refusal changed what is there: ${verified.out}`).to.equal(0);

    const destroyed = await slipway("destroy", "--yes", "--destroy-protected");
    expect(destroyed.exit, destroyed.out).to.equal(0);
    expect((await slipway("status")).out).to.include("dev: not built");
  });

  it("writes no secret anywhere but into the encrypted state and the world itself", async () => {
    project(folder());
    const { exit, out, err } = await slipway("bootstrap", "--to", "2");
    expect(exit, out).to.equal(0);
    const world = path.join(folder(), ".slipway", "rehearsal", "dev", "world", "clusters", "slipway-dev");
    const { token } = JSON.parse(readFileSync(path.join(world, "cluster.json"), "utf8")) as { token: string };
    const passphrase = readFileSync(path.join(folder(), ".slipway", "rehearsal", "passphrase"), "utf8");
    const said = [
      out,
      err,
      readFileSync(path.join(folder(), ".slipway", "rehearsal", "dev", "journal.jsonl"), "utf8"),
      readFileSync(path.join(folder(), ".slipway", "rehearsal", "reports", "latest.json"), "utf8"),
      readFileSync(
        path.join(folder(), ".slipway", "rehearsal", "backend", ".pulumi", "stacks", "slipway", "dev.json"),
        "utf8",
      ),
    ].join("\n");
    for (const secret of [token, passphrase]) {
      expect(said).to.not.include(secret);
      expect(said).to.not.include(Buffer.from(secret).toString("base64"));
    }
  });

  it("tells every mistake of a configuration at once, and touches nothing", async () => {
    const root = project(folder());
    edit(root, "slipway:owner: platform-team", "slipway:ownr: platform-team");
    edit(root, "cidr: 10.10.0.0/16", "cidr: 10.20.0.0/16");
    edit(root, 'version: "1.36"', 'version: "1.12"');
    const { exit, out } = await slipway("bootstrap");
    expect(exit).to.equal(2);
    const text = out.replace(/\s+/g, " ");
    expect(text).to.include("ownr").and.include("owner");
    expect(made(folder())).to.deep.equal([]);
  });

  it("ends with 3 when a provider fails, says so in its words, and continues there when run again", async () => {
    project(folder());
    const faults = path.join(folder(), "faults.json");
    const rule = { type: "aws:ec2/natGateway:NatGateway", operation: "create", effect: { kind: "throttle" } };
    writeFileSync(faults, JSON.stringify({ rules: [rule] }));
    const failed = await slipway("bootstrap", "--to", "1", "--faults", faults);
    expect(failed.exit, failed.out).to.equal(3);
    expect(failed.out).to.include("Rate exceeded");
    const again = await slipway("bootstrap", "--to", "1");
    expect(again.exit, again.out).to.equal(0);
    expect(again.out).to.include("preview under the policy pack finished in the run before");
  });

  it("says of a faults file what is wrong with it", async () => {
    project(folder());
    const faults = path.join(folder(), "faults.json");
    writeFileSync(faults, '{"rules": [{"type": "x", "operation": "explode"}]}');
    const { exit, out } = await slipway("bootstrap", "--to", "1", "--faults", faults);
    expect(exit).to.equal(2);
    expect(out).to.include("operation");
  });

  it("keeps a policy pack that does not load from passing for one that judged", async () => {
    const root = project(folder());
    rmSync(path.join(root, "policy"));
    mkdirSync(path.join(root, "policy", "config"), { recursive: true });
    writeFileSync(path.join(root, "policy", "PulumiPolicy.yaml"), "runtime: nodejs\nmain: index.js\n");
    writeFileSync(path.join(root, "policy", "package.json"), '{"name":"broken","version":"0.0.1","main":"index.js"}');
    writeFileSync(path.join(root, "policy", "index.js"), "this is not JavaScript");
    writeFileSync(path.join(root, "policy", "config", "dev.json"), "{}");
    const { exit, out } = await slipway("bootstrap");
    expect(exit, out).to.not.equal(0);
    expect(out).to.include("preview under the policy pack failed");
    expect(made(folder())).to.deep.equal([]);
  });

  it("says of a corrupt state that it cannot be read, and leaves the file as it is", async () => {
    project(folder());
    expect((await slipway("bootstrap", "--to", "1")).exit).to.equal(0);
    const file = path.join(folder(), ".slipway", "rehearsal", "backend", ".pulumi", "stacks", "slipway", "dev.json");
    const damaged = readFileSync(file, "utf8").slice(0, -200);
    writeFileSync(file, damaged);
    const { exit, out } = await slipway("bootstrap", "--to", "1");
    expect(exit, out).to.not.equal(0);
    expect(out.replace(/\s+/g, " ")).to.include("dev.json");
    expect(readFileSync(file, "utf8")).to.equal(damaged);
  });
});
