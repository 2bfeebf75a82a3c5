import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findBinaries, supported } from "../orchestrator/sandbox/control-plane/binaries";
import { ControlPlane, isUp } from "../orchestrator/sandbox/control-plane/control-plane";
import { minors } from "../orchestrator/sandbox/control-plane/versions";

const root = path.join(__dirname, "..");
const VERSION = minors[0];

/** Goals: ready in 10 s, 700 MB at most, gone in 5 s, a rehearsal within 3 times the embedded one. */
const GOAL = { ready: 10, megabytes: 700, gone: 5, ratio: 3 } as const;

const timed = async <T>(run: () => Promise<T>): Promise<{ seconds: number; result: T }> => {
  const started = performance.now();
  const result = await run();
  return { seconds: (performance.now() - started) / 1000, result };
};
const figure = (what: string, value: number, unit: string, goal: number, digits = 1) =>
  console.log(`  ${what} ${value.toFixed(digits)} ${unit} (goal ${goal} ${unit}, ratio ${(value / goal).toFixed(2)})`);

/** Resident memory of processes, in MB; what has ended counts nothing. */
function resident(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    try {
      const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
      return sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    } catch {
      return sum;
    }
  }, 0);
}

/** Processor seconds of all processes that this one started and saw end, with what those started; 0 where nobody tells. */
function processorSeconds(): number {
  try {
    const stat = fs.readFileSync("/proc/self/stat", "utf8");
    const [user = 0, system = 0] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(13, 15)
      .map(Number);
    // USER_HZ is 100 wherever Node runs (man 5 proc).
    return (user + system) / 100;
  } catch {
    return 0;
  }
}

/** One control plane by itself, and a whole rehearsal on it beside one on the embedded API. */
export async function benchControlPlane(): Promise<void> {
  console.log(`\nreal control plane, Kubernetes ${VERSION}`);
  if (!supported() || (await findBinaries(VERSION, process.env)).missing.length > 0) {
    console.log("  its programs are not here: npm run control-plane");
    return;
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-bench-plane-"));
  try {
    const start = () => ControlPlane.start({ name: "bench", version: VERSION, folder, variables: process.env });
    const first = await timed(start);
    figure("ready, from nothing", first.seconds, "s", GOAL.ready);
    figure("memory, five programs", resident(Object.values(first.result.pids())), "MB", GOAL.megabytes);
    figure("gone", (await timed(() => first.result.stop())).seconds, "s", GOAL.gone);
    console.log(`  processes left: ${isUp(folder) ? "some" : "none"}`);
    const again = await timed(start);
    figure("ready, with its data", again.seconds, "s", GOAL.ready);
    await again.result.stop();
    const embedded = await rehearse("embedded", path.join(folder, "embedded"));
    const real = await rehearse("control-plane", path.join(folder, "real"));
    for (const [name, run] of Object.entries({ "on the embedded API": embedded, "on real control planes": real }))
      console.log(
        `  three environments ${name} ${run.seconds.toFixed(1)} s, ${run.processor.toFixed(1)} s of processor (exit ${run.code})`,
      );
    figure("their time, of the embedded one's", real.seconds / embedded.seconds, "times", GOAL.ratio, 2);
    if (embedded.processor > 0)
      console.log(
        `  their processor time ${(real.processor / embedded.processor).toFixed(2)} times the embedded one's`,
      );
    figure("most memory of one control plane in it", real.megabytes, "MB", GOAL.megabytes);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

interface Rehearsal {
  readonly seconds: number;
  /** Of processor, of everything it started. */
  readonly processor: number;
  readonly code: number;
  readonly megabytes: number;
}

async function rehearse(cluster: string, state: string): Promise<Rehearsal> {
  const before = processorSeconds();
  const run = spawn("npm", ["start", "--silent", "--", "--cluster", cluster, "--state-dir", state], {
    cwd: root,
    stdio: "ignore",
  });
  let megabytes = 0;
  const sampler = setInterval(() => (megabytes = Math.max(megabytes, ...ledgers(state).map(resident))), 250);
  const { seconds, result: code } = await timed(
    () => new Promise<number>((resolve) => run.on("exit", (ended) => resolve(ended ?? -1))),
  );
  clearInterval(sampler);
  return { seconds, processor: processorSeconds() - before, code, megabytes };
}

/** Process ids of each control plane below a state folder. */
function ledgers(state: string): number[][] {
  return ["dev", "staging", "production"].flatMap((environment) => {
    const file = path.join(
      state,
      "rehearsal",
      environment,
      "world",
      "clusters",
      `slipway-${environment}`,
      "processes.json",
    );
    try {
      return [(JSON.parse(fs.readFileSync(file, "utf8")) as { pid: number }[]).map(({ pid }) => pid)];
    } catch {
      return [];
    }
  });
}
