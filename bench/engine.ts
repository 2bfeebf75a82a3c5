import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { createBuiltinEngine } from "../orchestrator/engine/builtin/engine";
import { Box, Thing } from "../test/engine/thing";

/** Seconds the CLI 3.260 with its file backend was measured at for 1,000 resources (issue and design, Numbers). */
const YARDSTICK = {
  "preview from zero": 2.7,
  "up from empty": 43,
  "up, no change": 2.9,
  "up, 10 % changed": 8.5,
  destroy: 37,
} as const;
/** How many times faster each has to be. */
const GOAL = {
  "preview from zero": 4,
  "up from empty": 20,
  "up, no change": 4,
  "up, 10 % changed": 4,
  destroy: 20,
} as const;
type Operation = keyof typeof YARDSTICK;

async function measure(resources: number, command: PulumiCommand): Promise<Record<Operation, number>> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-bench-"));
  const provider = spawn(process.execPath, ["--import", "tsx", path.join(__dirname, "provider.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const attachment = await new Promise<string>((resolve) =>
      provider.stdout.once("data", (data: Buffer) => resolve(data.toString().trim())),
    );
    let changed = 0;
    const program = () => {
      const boxes = Array.from({ length: 20 }, (_, i) => new Box(`box-${i}`));
      for (let i = 0; i < resources; i++)
        new Thing(
          `thing-${i}`,
          { value: { index: i, text: i < changed ? "new" : "old", list: [1, 2, 3] } },
          { parent: boxes[i % 20] as Box },
        );
      return Promise.resolve({});
    };
    const envVars = {
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_DEBUG_PROVIDERS: attachment,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    const stack: Stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "bench", projectName: "bench", program },
      { workDir: fs.mkdtempSync(path.join(folder, "work-")), pulumiCommand: command, envVars },
    );
    const timed = async (run: () => Promise<unknown>) => {
      const started = process.hrtime.bigint();
      await run();
      return Number(process.hrtime.bigint() - started) / 1e9;
    };
    const result = {
      "preview from zero": await timed(() => stack.preview()),
      "up from empty": await timed(() => stack.up()),
      "up, no change": await timed(() => stack.up()),
    };
    changed = resources / 10;
    return {
      ...result,
      "up, 10 % changed": await timed(() => stack.up()),
      destroy: await timed(() => stack.destroy()),
    };
  } finally {
    provider.kill();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The engine's figures: seconds, resources per second, memory, and ratios against the yardstick and an installed CLI. */
export async function benchEngine(sizes: readonly number[]): Promise<void> {
  process.setSourceMapsEnabled(false);
  Error.stackTraceLimit = 1;
  const perResource: string[] = [];
  for (const size of sizes) {
    const mine = await measure(size, createBuiltinEngine().pulumiCommand);
    console.log(`\nbuilt-in engine, ${size} resources in 20 components, one attached provider in its own process`);
    const cli =
      size === 1000 && spawnSync("pulumi", ["version"]).status === 0
        ? await measure(size, await PulumiCommand.get())
        : undefined;
    for (const [name, seconds] of Object.entries(mine) as [Operation, number][]) {
      const rate = `${Math.round((size + 21) / seconds)}/s`.padStart(8);
      const goal =
        size === 1000
          ? `  ${(YARDSTICK[name] / seconds).toFixed(1)} times faster than the ${YARDSTICK[name]} s of CLI 3.260 (goal ${GOAL[name]})`
          : "";
      const beside = cli === undefined ? "" : `, ${(cli[name] / seconds).toFixed(1)} times faster than the CLI here`;
      console.log(`  ${name.padEnd(18)} ${seconds.toFixed(2).padStart(7)} s ${rate}${goal}${beside}`);
    }
    perResource.push(`${size}: ${((mine["up from empty"] / size) * 1000).toFixed(2)} ms`);
    console.log(`  resident memory of this process ${Math.round(process.memoryUsage().rss / 1e6)} MB`);
  }
  console.log(`\nup from empty, per resource: ${perResource.join(", ")} (linear when these agree)`);
}
