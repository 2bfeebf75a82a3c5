import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "..");

/** Resident memory of a process and its children, from /proc; 0 where there is none. */
function residentMb(pid: number): number {
  try {
    const own = Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
    const children = fs
      .readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
      .trim()
      .split(" ")
      .filter(Boolean)
      .map(Number);
    return own + children.reduce((sum, child) => sum + residentMb(child), 0);
  } catch {
    return 0;
  }
}

/** One run of the command line as a user starts it, npm's own process included. */
async function timed(folder: string, ...words: string[]) {
  const started = process.hrtime.bigint();
  const seconds = () => Number(process.hrtime.bigint() - started) / 1e9;
  const run = spawn("npm", ["run", "--silent", ...words, "--cluster", "embedded", "--state-dir", folder], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  let first = 0;
  const seen = () => (first ||= seconds());
  run.stdout.on("data", seen);
  run.stderr.on("data", seen);
  let peak = 0;
  const sampler = setInterval(() => (peak = Math.max(peak, residentMb(run.pid ?? 0))), 200);
  const code = await new Promise<number | null>((resolve) => run.on("exit", resolve));
  clearInterval(sampler);
  return { code, first, total: seconds(), peak };
}

/** `npm start` and a preview of everything on an installed tree, from zero (goals 2 s, 60 s, 1 GiB; 10 s). */
export async function benchStart(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-bench-start-"));
  try {
    const preview = await timed(path.join(folder, "preview"), "slipway", "--", "preview");
    console.log(`\npreview with policy of three environments from zero, twenty phases (exit ${preview.code})`);
    console.log(`  ${preview.total.toFixed(1)} s (goal 10 s, ratio ${(preview.total / 10).toFixed(2)})`);
    const { code, first, total, peak } = await timed(path.join(folder, "start"), "start", "--");
    console.log(`\nnpm start, three environments, twenty phases (exit ${code})`);
    console.log(`  first line ${first.toFixed(2)} s (goal 2 s, ratio ${(first / 2).toFixed(2)})`);
    console.log(`  whole run ${total.toFixed(1)} s (goal 60 s, ratio ${(total / 60).toFixed(2)})`);
    console.log(`  most resident memory ${Math.round(peak)} MB (goal 1,024 MB, ratio ${(peak / 1024).toFixed(2)})`);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
