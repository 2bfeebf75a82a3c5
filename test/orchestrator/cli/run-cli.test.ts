import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { expect } from "chai";
import { runCli } from "../../../orchestrator/cli/run-cli";
import { useFolder } from "../../support/folder";

/** Runs a command line off a terminal and keeps what it wrote. */
async function cli(root: string, ...args: string[]) {
  let out = "";
  let err = "";
  const exit = await runCli({
    args,
    root,
    stdout: { write: (text) => (out += text), columns: 80 },
    stderr: { write: (text) => (err += text), columns: 80 },
    stdin: Readable.from([]),
    variables: {},
  });
  return { exit, out, err };
}

describe("command line", () => {
  const folder = useFolder();
  const state = () => ["--state-dir", path.join(folder(), "state")];

  it("lists every command", async () => {
    const { exit, out } = await cli(folder(), "--help");
    expect(exit).to.equal(0);
    for (const name of ["doctor", "plan", "preview", "bootstrap", "verify", "status", "destroy", "report"]) {
      expect(out).to.match(new RegExp(`^  ${name} `, "m"));
    }
  });

  it("fits help into 80 columns", async () => {
    for (const args of [["--help"], ["bootstrap", "--help"], ["destroy", "--help"]]) {
      const { out } = await cli(folder(), ...args);
      for (const line of out.split("\n")) expect(line.length, line).to.be.at.most(80);
    }
  });

  for (const [what, args, said] of [
    ["an unknown command", ["bootstarp"], "Did you mean bootstrap?"],
    ["an unknown option", ["plan", "--environmnt", "dev"], "Did you mean --environment?"],
    ["an environment that does not exist [B1.5]", ["plan", "--environment", "prod"], "Did you mean production?"],
    ["a phase that does not exist", ["plan", "--to", "99"], "A phase is a whole number from 1 to"],
    ["an engine that does not exist", ["plan", "--engine", "terraform"], "builtin"],
  ] as const) {
    it(`ends with 2 and a suggestion on ${what}`, async () => {
      const { exit, err, out } = await cli(folder(), ...args);
      expect(exit).to.equal(2);
      expect(err).to.include(said);
      expect(out).to.equal("");
    });
  }

  it("gives one JSON document on stdout also for wrong usage", async () => {
    const { exit, out } = await cli(folder(), "plan", "--json", "--to", "99");
    expect(exit).to.equal(2);
    expect(JSON.parse(out)).to.deep.include({ result: "failed", exitCode: 2 });
  });

  for (const [what, args, code] of [
    ["faults on a real account", ["plan", "--target", "aws", "--faults", "f.json"], "faults-not-applicable"],
    [
      "a rehearsal cluster on a real account",
      ["plan", "--target", "aws", "--cluster", "embedded"],
      "cluster-not-applicable",
    ],
    ["keeping a real account's cluster", ["plan", "--target", "aws", "--keep-cluster"], "cluster-not-applicable"],
    ["phases in the wrong order", ["plan", "--from", "4", "--to", "2"], "phases-empty"],
  ] as const) {
    it(`refuses ${what}, with reason and fix`, async () => {
      const { exit, err } = await cli(folder(), ...args);
      expect(exit).to.equal(2);
      expect(err).to.include(code).and.include("fix: ");
    });
  }

  describe("plan", () => {
    it("prints the steps in order, without control characters and within 80 columns", async () => {
      const { exit, out } = await cli(folder(), "plan", "--environment", "dev", ...state());
      expect(exit).to.equal(0);
      expect(out).to.match(/1 {2}dev +preflight\n/);
      // eslint-disable-next-line no-control-regex -- their absence is the promise
      expect(out).to.not.match(/[\u0000-\u0009\u000b-\u001f]/);
      for (const line of out.split("\n")) expect(line.length).to.be.at.most(80);
    });

    it("keeps promotion order whatever order environments are named in", async () => {
      const { out } = await cli(
        folder(),
        "plan",
        "--json",
        "--environment",
        "production",
        "--environment",
        "dev",
        ...state(),
      );
      const { steps } = JSON.parse(out) as { steps: { environment: string }[] };
      expect([...new Set(steps.map(({ environment }) => environment))]).to.deep.equal(["dev", "production"]);
    });

    it("gives exactly one JSON document on stdout and everything else on stderr", async () => {
      const { out, err } = await cli(folder(), "plan", "destroy", "--json", ...state());
      const document = JSON.parse(out) as { command: string; steps: unknown[] };
      expect(document.command).to.equal("destroy");
      expect(err).to.include(`${document.steps.length} steps`);
    });

    it("says plainly that a journal is corrupt, and ends with 4", async () => {
      const directory = path.join(folder(), "state", "rehearsal", "dev");
      mkdirSync(directory, { recursive: true });
      writeFileSync(path.join(directory, "journal.jsonl"), "nonsense\n");
      const { exit, err } = await cli(folder(), "plan", ...state());
      expect(exit).to.equal(4);
      expect(err).to.include("journal-corrupt").and.include("line 1");
    });
  });

  describe("report", () => {
    it("says that there is none yet, and what makes one", async () => {
      const { exit, err } = await cli(folder(), "report", ...state());
      expect(exit).to.equal(2);
      expect(err).to.include("no-report").and.include("bootstrap");
    });
  });
});
