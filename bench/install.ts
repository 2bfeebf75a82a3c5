import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "..");

function sizeMb(folder: string): number {
  let bytes = 0;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) bytes += fs.lstatSync(path.join(entry.parentPath, entry.name)).size;
  return bytes / 1e6;
}

/** `npm ci` into an empty folder: seconds and megabytes (goals 60 s, 700 MB). */
export function benchInstall(): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-bench-install-"));
  for (const file of ["package.json", "package-lock.json", ".npmrc"])
    fs.copyFileSync(path.join(root, file), path.join(folder, file));
  const started = process.hrtime.bigint();
  const run = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    shell: process.platform === "win32",
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const size = run.status === 0 ? sizeMb(path.join(folder, "node_modules")) : NaN;
  fs.rmSync(folder, { recursive: true, force: true });
  console.log(
    `\nnpm ci (exit ${run.status}): ${seconds.toFixed(0)} s (goal 60 s), ${Math.round(size)} MB (goal 700 MB)`,
  );
}
