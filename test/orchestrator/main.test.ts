import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect } from "chai";
import { version } from "../../package.json";

const ROOT = path.join(__dirname, "..", "..");

describe("the process behind the command line", function () {
  this.timeout(60_000);
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", path.join(ROOT, "orchestrator", "main.ts"), ...args], {
      cwd: ROOT,
      encoding: "utf8",
    });
  it("answers on stdout and ends with 0", () => {
    const { status, stdout } = run("--version");
    expect([status, stdout.trim()]).to.deep.equal([0, version]);
  });
  it("ends with 2 for wrong usage, and says what is wrong on stderr", () => {
    const { status, stdout, stderr } = run("bootstrap", "--environment", "prod");
    expect([status, stdout]).to.deep.equal([2, ""]);
    expect(stderr).to.include('There is no environment "prod"').and.include("Did you mean production?");
  });
});
