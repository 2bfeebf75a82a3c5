import { spawn } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { git } from "../orchestrator/promotion/project";
import type { Report } from "../../orchestrator/report/report";
import { useFolder } from "../support/folder";

const ROOT = path.join(__dirname, "..", "..");

/** One command in a folder, to its end. */
function run(folder: string, args: readonly string[]): Promise<{ status: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, said }));
  });
}

describe("a fresh clone", function () {
  this.timeout(300_000);
  const folder = useFolder();

  it("has the base platform up in dev by one command, verified, and nothing of it lies in Git's way [A20.3]", async function () {
    // What was handed on without its history is no clone of anything.
    if (!existsSync(path.join(ROOT, ".git"))) return this.skip();
    const clone = path.join(folder(), "clone");
    git(folder(), "ada@example.com", "clone", "-q", ROOT, clone);
    // In place of `npm ci`: what it would install is here.
    symlinkSync(path.join(ROOT, "node_modules"), path.join(clone, "node_modules"));
    const { status, said } = await run(clone, [
      "bin/slipway.cjs",
      ...["bootstrap", "--environment", "dev", "--to", "6", "--engine", "builtin", "--cluster", "embedded"],
    ]);
    expect(status, said).to.equal(0);
    const latest = path.join(clone, ".slipway", "rehearsal", "reports", "latest.json");
    const report = JSON.parse(readFileSync(latest, "utf8")) as Report;
    expect(report.environments.find(({ name }) => name === "dev")?.result).to.equal("succeeded");
    const dirty = git(clone, "ada@example.com", "status", "--porcelain").trim();
    // A link is no folder, which is what the ignore list names.
    expect(dirty.replace("?? node_modules", "")).to.equal("");
  });
});
