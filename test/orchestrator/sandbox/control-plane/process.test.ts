import * as fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { Ledger } from "../../../../orchestrator/sandbox/control-plane/orphans";
import { Program } from "../../../../orchestrator/sandbox/control-plane/process";
import { useFolder } from "../../../support/folder";
import { script } from "./fixture";

describe("a program of a control plane", () => {
  const folder = useFolder();
  let program: Program;
  const ledger = () => new Ledger(path.join(folder(), "processes.json"));
  const begin = (body: string) => {
    const file = script(path.join(folder(), "program"), body);
    program = new Program({
      name: "etcd",
      file,
      args: ["--x"],
      environment: { LIMIT: "1" },
      folder: path.join(folder(), "run"),
      ledger: ledger(),
    });
    program.start();
  };
  afterEach(() => program.stop(100));
  const until = async (done: () => boolean) => {
    while (!done()) await new Promise((resolve) => setImmediate(resolve));
  };
  const log = () => fs.readFileSync(program.log, "utf8");

  it("runs with its arguments, a home of its own and nothing of our environment", async () => {
    process.env["SLIPWAY_TEST_SECRET"] = "hidden";
    try {
      begin('echo "$@ $HOME [$SLIPWAY_TEST_SECRET] $LIMIT"; sleep 600');
    } finally {
      delete process.env["SLIPWAY_TEST_SECRET"];
    }
    await until(() => log() !== "");
    expect(log()).to.equal(`--x ${path.join(folder(), "run")} [] 1\n`);
    expect(fs.statSync(program.log).mode & 0o777).to.equal(0o600);
  });

  it("is in the ledger while it runs", async () => {
    begin("sleep 600");
    expect(ledger().alive()).to.deep.include.members([]).and.have.length(1);
    await program.stop(2_000);
    expect(ledger().alive()).to.deep.equal([]);
    expect(program.pid).to.equal(undefined);
  });

  it("comes back when it is killed", async () => {
    begin("exec sleep 600");
    const first = program.pid ?? 0;
    process.kill(first, "SIGKILL");
    await until(() => program.pid !== undefined && program.pid !== first);
    expect(program.lost).to.equal(false);
    expect(ledger().alive()).to.have.length(1);
  });

  it("is ended hard when it does not end in time", async () => {
    begin("trap '' TERM; echo up; while :; do sleep 0.01; done");
    await until(() => log() !== "");
    await program.stop(20);
    expect(program.pid).to.equal(undefined);
  });

  it("that cannot be started says so", async () => {
    program = new Program({
      name: "kwok",
      file: path.join(folder(), "none"),
      args: [],
      folder: folder(),
      ledger: ledger(),
    });
    program.start();
    await until(() => program.lastWords() !== "");
    expect(program.failure().message).to.match(/ENOENT|No such file/);
  });
});
