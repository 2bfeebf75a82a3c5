import * as fs from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { expect } from "chai";
import { stringify } from "yaml";
import { runCli } from "../../orchestrator/cli/run-cli";
import { rules } from "../../policy/rules";
import { useFolder } from "../support/folder";
import { deployment, object } from "./cases/case";

const root = path.join(__dirname, "..", "..");
async function cli(stdin: string, ...args: string[]) {
  let [out, err] = ["", ""];
  const exit = await runCli({
    args: ["policy", ...args],
    root,
    stdout: { write: (text) => (out += text), columns: 80 },
    stderr: { write: (text) => (err += text), columns: 80 },
    stdin: Readable.from([stdin]),
    variables: {},
  });
  return { exit, out, err };
}
const good = stringify(object("v1", "ConfigMap", { data: { level: "info" } }, "settings", "shop"));
const bad = stringify(object("v1", "ConfigMap", { data: { DB_PASSWORD: "hunter2" } }, "settings", "shop"));

/** Without the line ends of a narrow terminal. */
const plainly = (text: string): string => text.replace(/\s+/g, " ");

describe("slipway policy", () => {
  const folder = useFolder();
  const write = (name: string, text: string) => {
    const file = path.join(folder(), name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    return file;
  };
  const config = (waiver: object) =>
    write(
      "config.json",
      JSON.stringify({
        all: {
          enforcementLevel: "mandatory",
          waivers: [
            {
              rule: "config-maps-hold-no-secrets",
              object: "shop/settings",
              owner: "team",
              reason: "moves next week",
              ...waiver,
            },
          ],
        },
      }),
    );

  it("check ends with 0 when nothing mandatory is broken, with 1 when something is [G5.1]", async () => {
    expect((await cli(good, "check", "-")).exit).to.equal(0);
    const { exit, out } = await cli(bad, "check", "-");
    expect(exit).to.equal(1);
    expect(out).to.include("config-maps-hold-no-secrets").and.to.include("shop/settings").and.to.include("fix:");
    expect(out).to.not.include("hunter2");
  });
  it("check reads folders, YAML and JSON, several documents and what is no object [G5.2]", async () => {
    write("a/one.yaml", `${good}---\n${bad}`);
    write("a/two.json", JSON.stringify({ apiVersion: "v1", kind: "List", items: [deployment()] }));
    write("a/values.yml", "replicas: 2\n");
    write("a/node_modules/x.yaml", bad);
    const { exit, out } = await cli("", "check", folder(), "--output", "json");
    const report = JSON.parse(out) as {
      objects: number;
      skipped: number;
      findings: { file: string; line: number; rule: string }[];
    };
    expect(exit).to.equal(1);
    expect(report).to.include({ objects: 3, skipped: 1 });
    const found = report.findings.filter(({ rule }) => rule === "config-maps-hold-no-secrets");
    expect(found.map(({ file, line }) => [path.relative(folder(), file), line])).to.deep.equal([["a/one.yaml", 9]]);
  });
  it("check counts a file that cannot be read as a failure", async () => {
    const { exit, out } = await cli("a: b: c\n", "check", "-");
    expect(exit).to.equal(1);
    expect(out).to.include("stdin:1: cannot be read");
  });
  it("check speaks SARIF and JUnit", async () => {
    const sarif = JSON.parse((await cli(bad, "check", "-", "--output", "sarif")).out) as {
      version: string;
      runs: { results: { ruleId: string; level: string }[] }[];
    };
    expect(sarif.version).to.equal("2.1.0");
    expect(sarif.runs[0]?.results).to.deep.include.members([{ ...sarif.runs[0]?.results[0] }]);
    expect(sarif.runs[0]?.results.map(({ ruleId, level }) => [ruleId, level])).to.deep.equal([
      ["config-maps-hold-no-secrets", "error"],
    ]);
    const junit = (await cli(bad, "check", "-", "--output", "junit")).out;
    expect(junit).to.match(/<testcase classname="slipway.policy" name="config-maps-hold-no-secrets"><failure /);
    expect(junit.match(/<testcase /g)).to.have.length(rules.length);
  });
  it("check lets a waiver waive until its day, and tells of it [E1.5]", async () => {
    const held = await cli(bad, "check", "-", "--config", config({ expires: "2999-12-31" }));
    expect(held.exit).to.equal(0);
    expect(held.out).to.include("1 waived").and.to.include("moves next week");
    const late = await cli(bad, "check", "-", "--config", config({ expires: "2020-01-01" }));
    expect(late.exit).to.equal(1);
    expect(late.out).to.include("waivers-are-in-order").and.to.include("expired");
  });
  it("check tells of a waiver nobody needs, and refuses one with a wildcard", async () => {
    const unused = await cli(good, "check", "-", "--config", config({ expires: "2999-12-31" }));
    expect([unused.exit, unused.out.includes("unused")]).to.deep.equal([0, true]);
    const wild = await cli(bad, "check", "-", "--config", config({ expires: "2999-12-31", object: "shop/*" }));
    expect([wild.exit, wild.out.includes("wildcard")]).to.deep.equal([1, true]);
    const allowed = await cli(
      bad,
      "check",
      "-",
      "--config",
      config({ expires: "2999-12-31", object: "shop/*", wildcard: true }),
    );
    expect(allowed.exit).to.equal(0);
  });
  it("fix prints patches of what rules can mend, and a second run has nothing to mend", async () => {
    const broken = deployment((spec) => delete spec.containers[0].securityContext.allowPrivilegeEscalation);
    const { exit, out } = await cli(stringify(broken), "fix", "-", "--output", "json");
    const { fixes } = JSON.parse(out) as { fixes: { patch: unknown[]; rules: string[] }[] };
    expect([exit, fixes.length]).to.deep.equal([0, 1]);
    expect(fixes[0]?.patch).to.deep.equal([
      { op: "add", path: "/spec/template/spec/containers/0/securityContext/allowPrivilegeEscalation", value: false },
    ]);
    expect((await cli(stringify(deployment()), "fix", "-")).err).to.include("nothing");
  });
  it("list and explain tell of every rule", async () => {
    const { out } = await cli("", "list");
    for (const { name } of rules) expect(out).to.include(name);
    const explained = await cli("", "explain", "containers-have-resources", "--environment", "dev");
    expect(explained.out).to.include("advisory in dev").and.to.include("setting").and.to.include("https://");
    const unknown = await cli("", "explain", "containers-have-resource");
    expect([unknown.exit, unknown.err.includes("did you mean containers-have-resources")]).to.deep.equal([2, true]);
  });
  it("admission prints policies with their bindings", async () => {
    const { exit, out } = await cli("", "admission", "--output", "json", "--enforce");
    const { items } = JSON.parse(out) as { items: { kind: string }[] };
    expect(exit).to.equal(0);
    const count = (kind: string) => items.filter((one) => one.kind === kind).length;
    expect(count("ValidatingAdmissionPolicy"))
      .to.be.greaterThan(25)
      .and.to.equal(count("ValidatingAdmissionPolicyBinding"));
  });
  it("check refuses to pass what holds no object at all, and says where to look", async () => {
    fs.mkdirSync(path.join(folder(), "empty"));
    const empty = await cli("", "check", path.join(folder(), "empty"));
    expect([empty.exit, plainly(empty.err).includes("there is no Kubernetes object in")]).to.deep.equal([2, true]);
    const silent = await cli("\n# nothing rendered\n---\n", "check", "-");
    expect([silent.exit, plainly(silent.err).includes("standard input")]).to.deep.equal([2, true]);
    const values = await cli("replicas: 2\n", "check", "-");
    expect([values.exit, plainly(values.err).includes("only 1 other document")]).to.deep.equal([2, true]);
  });
  it("check reads YAML 1.1 as Kubernetes does, files of Windows, and names each bad document by its line", async () => {
    const pod = stringify(deployment((spec) => (spec.hostNetwork = true)));
    const yes = pod.replace("hostNetwork: true", "hostNetwork: yes").replaceAll("\n", "\r\n");
    const { exit, out } = await cli(
      `\ufeff${yes}---\r\n"open\r\n---\r\n${good}---\r\na: [1\r\n`,
      "check",
      "-",
      "--output",
      "json",
    );
    const report = JSON.parse(out) as { findings: { rule: string }[]; problems: { line: number }[]; objects: number };
    expect(exit).to.equal(1);
    expect(report.findings.some(({ rule }) => rule === "pods-stay-off-the-host")).to.equal(true);
    expect([report.objects, report.problems.length]).to.deep.equal([2, 2]);
    expect(report.problems[0]?.line).to.be.lessThan(report.problems[1]?.line ?? 0);
  });
  it("fix stops at a document nobody can read, with its place", async () => {
    const { exit, err } = await cli("a: b: c\n", "fix", "-");
    expect([exit, err.includes("stdin:1 cannot be read")]).to.deep.equal([1, true]);
  });
  it("refuses a path and a config that are not there", async () => {
    expect((await cli("", "check", path.join(folder(), "none"))).exit).to.equal(2);
    expect((await cli(good, "check", "-", "--config", write("c.json", "[]"))).exit).to.equal(2);
  });
});
