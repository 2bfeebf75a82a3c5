/**
 * A whole rollout in a process of its own, small enough to be killed fifty times: the real run loop, journal, lease,
 * workspace and built-in engine over a world of one file.
 * `node mini-rollout.cjs FOLDER [bootstrap|destroy [STUCK]]`, where making the STUCKth thing never returns. Tests run it
 * as one file (`bundled`): a hundred processes that each look for and read hundreds of files take longer than their work.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Resource } from "@pulumi/pulumi";
import { createBuiltinEngine } from "../../orchestrator/engine/builtin/engine";
import { nearbyProgram } from "../../orchestrator/engine/builtin/program/nearby";
import { standstill } from "../../orchestrator/engine/builtin/program/standstill";
import { exitCodes, SlipwayError } from "../../orchestrator/errors";
import { createRedactor } from "../../orchestrator/report/redact";
import type { Engine } from "../../orchestrator/rollout/engine";
import { execute } from "../../orchestrator/rollout/execute";
import type { MayGoOn } from "../../orchestrator/rollout/first-build";
import { createInterruption, listenForSignals } from "../../orchestrator/rollout/interruption";
import { createLayout } from "../../orchestrator/rollout/layout";
import { phases } from "../../orchestrator/rollout/phases";
import { processTable } from "../../orchestrator/rollout/processes";
import { stackPort } from "../../orchestrator/rollout/stack";
import type { Command } from "../../orchestrator/rollout/step";
import { openStack } from "../../orchestrator/rollout/workspace";
import { serveProvider } from "../../orchestrator/sandbox/provider/serve";
import { FakeRollout, passed } from "./rollout";

/** Resources of each phase; they depend on each other in pairs. */
export const THINGS_PER_PHASE = 4;
/** As many phases as it takes for a kill to meet any of them; more would say the same and take longer. */
export const PLAYED = phases.slice(0, 6);
/** What making or deleting one takes: long enough that kills fall between intent and result. */
const WORK_MS = 15;

/** The world: one line per thing made or deleted, durable when the call returns. */
class World {
  constructor(private readonly file: string) {}

  record(event: { readonly urn: string; readonly id: string; readonly deleted?: true }): void {
    appendFileSync(this.file, `${JSON.stringify(event)}\n`);
  }
  /** URN → ids that exist, oldest first. */
  things(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    const lines = existsSync(this.file) ? readFileSync(this.file, "utf8").split("\n").slice(0, -1) : [];
    for (const line of lines) {
      const { urn, id, deleted } = JSON.parse(line) as { urn: string; id: string; deleted?: true };
      const before = found.get(urn) ?? [];
      found.set(urn, deleted ? before.filter((one) => one !== id) : [...before, id]);
    }
    return new Map([...found].filter(([, ids]) => ids.length > 0));
  }
  made(): number {
    return existsSync(this.file) ? readFileSync(this.file, "utf8").split("\n").length - 1 : 0;
  }
}

export function openWorld(folder: string): World {
  return new World(path.join(folder, "world.jsonl"));
}

const program = async (part?: number | MayGoOn): Promise<Record<string, unknown>> => {
  const { ComponentResource, CustomResource } = await import("@pulumi/pulumi");
  class Thing extends CustomResource {
    constructor(name: string, parent: Phase, dependsOn: Resource[]) {
      super("mini:index:Thing", name, { size: 1 }, { parent, dependsOn });
    }
  }
  class Phase extends ComponentResource {
    constructor(type: string, name: string) {
      super(type, name);
      let before: Resource[] = [];
      for (let index = 0; index < THINGS_PER_PHASE; index++) {
        const thing = new Thing(`${name}-${index}`, this, before);
        before = index % 2 === 0 ? [thing] : [];
      }
      this.registerOutputs({});
    }
  }
  const network = { vpcId: "vpc-1", cidr: "", zones: [], privateSubnets: [], publicSubnets: [], natGatewayIds: [] };
  const outputs = phases.flatMap((phase) => phase.outputs.map((key) => [key, { of: key }] as const));
  const all = { ...Object.fromEntries(outputs), network, environment: { region: "x" }, kubeconfig: "none" };
  for (const { name, number } of PLAYED) {
    new Phase(`slipway:phase:${name}`, name.toLowerCase());
    if (typeof part === "function" ? !(await part(number, all)) : number === part) break;
  }
  return all;
};

async function main(folder: string, command: Command, stuck: number): Promise<number> {
  const world = openWorld(folder);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: slipway\nruntime: nodejs\n");
  writeFileSync(path.join(folder, "Pulumi.dev.yaml"), "config: {}\n");
  let serial = world.made();
  const provider = await serveProvider("1.0.0", {
    async create({ urn }, inputs, preview) {
      if (preview) return { id: "", outputs: inputs };
      await sleep(WORK_MS);
      const id = `thing-${++serial}`;
      world.record({ urn, id });
      if (serial === stuck) {
        process.stderr.write(`stuck at ${id}\n`);
        return new Promise(() => undefined);
      }
      await sleep(WORK_MS);
      return { id, outputs: inputs };
    },
    async delete({ urn }, id) {
      await sleep(WORK_MS);
      world.record({ urn, id, deleted: true });
    },
    read: ({ urn }, id, inputs, outputs) => {
      const known = world.things().get(urn)?.includes(id);
      return Promise.resolve(
        known ? { id, inputs: { size: 1, ...inputs }, outputs: { size: 1, ...outputs } } : undefined,
      );
    },
  });
  const builtin = createBuiltinEngine({ environment: process.env });
  const engine: Engine = {
    kind: "builtin",
    version: "0",
    label: "built-in",
    command: () => Promise.resolve(builtin.pulumiCommand),
    nearby: nearbyProgram,
    standstill,
    interrupt: (how) => builtin.interrupt(how),
  };
  const rollout = new FakeRollout();
  const interruption = createInterruption();
  listenForSignals(interruption, (text) => process.stderr.write(`${text}\n`));
  const layout = createLayout(path.join(folder, "state"), "rehearsal");
  const { parts } = rollout;
  const execution = await execute(
    rollout.request(folder, {
      phases: PLAYED,
      command,
      layout,
      interruption,
      processes: processTable,
      clock: { now: () => new Date(), milliseconds: () => performance.now() },
      say: (text) => process.stderr.write(`${text}\n`),
      observe: () =>
        Promise.resolve({
          begin: (step) => process.stdout.write(`begin ${step.id}\n`),
          end: ({ step, status, reason, notes }) =>
            process.stdout.write(`end ${step.id} ${status} ${reason ?? ""} ${(notes ?? []).join("; ")}\n`),
          finish: () => Promise.resolve(),
        }),
      parts: {
        ...parts,
        checkOf: () =>
          Promise.resolve({ verify: () => Promise.resolve([passed]), diagnose: () => Promise.resolve([]) }),
        async startSandbox(environment, directory, config) {
          const sandbox = await parts.startSandbox(environment, directory, config);
          return { ...sandbox, idsOf: (urn) => Promise.resolve(world.things().get(urn) ?? []) };
        },
        async openStack({ environment, create }) {
          const opened = await openStack({
            root: folder,
            layout,
            environment,
            target: "rehearsal",
            engine,
            program,
            engineEnvironment: { PULUMI_DEBUG_PROVIDERS: `mini:${provider.port}` },
            redactor: createRedactor(),
            create,
          });
          const port = stackPort(opened.stack, opened.project, engine, interruption);
          // The gate has its own tests; a pack's process would only make each of fifty runs slower.
          return {
            notes: [],
            stack: { ...port, preview: async () => ({ ...(await port.preview({})), packs: ["none 0"] }) },
          };
        },
      },
    }),
  );
  await provider.close();
  return execution.exitCode;
}

/** This file and what it imports of the project, as one program in `folder`; gives its path. */
export async function bundled(folder: string): Promise<string> {
  const { build } = await import("esbuild");
  const outfile = path.join(folder, "mini-rollout.cjs");
  const form = { bundle: true, platform: "node", format: "cjs", packages: "external", keepNames: true } as const;
  await build({ ...form, entryPoints: [__filename], outfile, logLevel: "error" });
  return outfile;
}

if (require.main === module) {
  // As the command line does (orchestrator/main.ts).
  if (process.env["SLIPWAY_DEBUG"] === undefined) Error.stackTraceLimit = 0;
  const [folder = "", command = "bootstrap", stuck] = process.argv.slice(2);
  main(folder, command as Command, Number(stuck)).then(
    (code) => process.exit(code),
    (error: unknown) => {
      const known = error instanceof SlipwayError;
      process.stderr.write(`${known ? error.code : ""} ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(known ? exitCodes[error.kind] : 1);
    },
  );
}
