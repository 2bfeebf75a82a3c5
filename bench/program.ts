import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { buildPlatform } from "../infra/platform";
import { environmentNames } from "../orchestrator/cli/options";
import { configOf, record } from "../test/support/pulumi";

/** The goal from a program's start to its last registration, seconds. */
const GOAL = 3;

/** Each environment's program in a process of its own, from that process's start to the last registration. */
export function benchProgram(): void {
  console.log(`\na stack's program from start to last registration, nobody at the other end (goal ${GOAL} s)`);
  for (const environment of environmentNames) {
    const { stdout, stderr, status } = spawnSync(process.execPath, ["--import", "tsx", __filename, environment], {
      cwd: path.join(__dirname, ".."),
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr);
    const { seconds, registrations } = JSON.parse(stdout) as { seconds: number; registrations: number };
    console.log(
      `  ${environment}: ${seconds.toFixed(2)} s, ${registrations} registrations (ratio ${(seconds / GOAL).toFixed(2)})`,
    );
  }
}

async function run(environment: string): Promise<void> {
  const { seen } = await record(environment, () => buildPlatform(configOf(environment)));
  // Counted from the start of the process: loading the SDK and the program is part of it.
  process.stdout.write(JSON.stringify({ seconds: performance.now() / 1000, registrations: seen.length }));
}

if (require.main === module) void run(process.argv[2] ?? "");
