import { CommanderError } from "commander";
import { SlipwayError } from "../errors";
import { createRedactor } from "../report/redact";
import { buildProgram, type Handlers } from "./program";
import { reportFailure } from "./failure";
import type { CommonOptions, PlaceOptions } from "./options";
import { createTerminal, type Sink } from "./terminal";
import type { Invocation } from "./invocation";

export interface CliRequest {
  readonly args: readonly string[];
  /** Folder of the project: program, settings, policy pack. */
  readonly root: string;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Runs one command line and returns its exit code; never throws. */
export async function runCli(request: CliRequest): Promise<number> {
  let exit = 0;
  let wantsJson = request.args.includes("--json");
  const terminalFor = (json: boolean, color: boolean) =>
    createTerminal({ ...request, json, color, redactor: createRedactor(), environment: request.variables });
  let terminal = terminalFor(wantsJson, !request.args.includes("--no-color"));

  /** Loads a command's module only when it is chosen: start-up time is a feature. */
  const handle =
    <Options extends PlaceOptions>(
      load: () => Promise<(options: Options, invocation: Invocation) => Promise<number>>,
    ) =>
    async (options: Options) => {
      wantsJson = options.json;
      terminal = terminalFor(options.json, options.color);
      refuseUnsupported(options);
      const command = await load();
      exit = await command(options, { ...request, terminal });
    };
  const handlers: Handlers = {
    rollout: (command) => handle(async () => (await import("./commands/rollout.js")).rollout(command)),
    plan: handle(async () => (await import("./commands/plan.js")).planCommand),
    doctor: handle(async () => (await import("./commands/doctor.js")).doctorCommand),
    status: handle(async () => (await import("./commands/status.js")).statusCommand),
    parity: handle(async () => (await import("./commands/parity.js")).parityCommand),
    cost: handle(async () => (await import("./commands/cost.js")).costCommand),
    upgrade: handle(async () => (await import("./commands/upgrade.js")).upgradeCommand),
    report: handle(async () => (await import("./commands/report.js")).reportCommand),
    release: (command) => handle(async () => (await import("./commands/release.js")).releaseCommand(command)),
    policy: (command) => handle(async () => (await import("./commands/policy.js")).policyCommand(command)),
    ledger: (command) => handle(async () => (await import("./commands/ledger.js")).ledgerCommand(command)),
    sync: (command) => handle(async () => (await import("./commands/sync.js")).syncCommand(command)),
    approve: handle(async () => (await import("./commands/approve.js")).approveCommand),
    promote: handle(async () => (await import("./commands/promote.js")).promoteCommand),
    deliver: handle(async () => (await import("./commands/deliver.js")).deliverCommand),
    scan: handle(async () => (await import("./commands/scan.js")).scanCommand),
    refresh: handle(async () => (await import("./commands/refresh.js")).refreshCommand),
    migrations: handle(async () => (await import("./commands/migrations.js")).migrationsCommand),
    render: handle(async () => (await import("./commands/render.js")).renderCommand),
    environment: (command) =>
      handle(async () => (await import("./commands/environment.js")).environmentCommand(command)),
    drill: handle(async () => (await import("./commands/drill.js")).drillCommand),
    watch: handle(async () => (await import("./commands/watch.js")).watchCommand),
    rollback: handle(async () => (await import("./commands/rollback.js")).rollbackCommand),
  };
  const program = buildProgram(handlers, { stdout: request.stdout, stderr: request.stderr });
  try {
    await program.parseAsync([...request.args], { from: "user" });
    return exit;
  } catch (error) {
    // Help and version end through an error with code 0; what commander refuses it has already said.
    if (error instanceof CommanderError) return usageEnding(error, wantsJson, request);
    return reportFailure(error, terminal, request.variables["SLIPWAY_DEBUG"] !== undefined);
  }
}

function usageEnding(error: CommanderError, json: boolean, { stdout }: CliRequest): number {
  if (error.exitCode === 0) return 0;
  if (json) {
    const message = error.message.replace(/^error: /, "");
    const fix = "slipway --help lists commands and options";
    stdout.write(
      `${JSON.stringify({ result: "failed", exitCode: 2, error: { code: "usage", message, fix } }, null, 2)}\n`,
    );
  }
  return 2;
}

function refuseUnsupported(options: PlaceOptions & Partial<CommonOptions>): void {
  const { cluster = "auto", keepCluster = false } = options;
  if (options.target === "aws" && (cluster !== "auto" || keepCluster)) {
    throw new SlipwayError(
      "cluster-not-applicable",
      `${keepCluster ? "--keep-cluster" : `--cluster ${cluster}`} is for rehearsals; the aws target runs on the EKS cluster it builds`,
      "leave it out",
      "usage",
    );
  }
  if (options.faults !== undefined && options.target !== "rehearsal") {
    throw new SlipwayError(
      "faults-not-applicable",
      "--faults injects faults into a rehearsal and must never meet a real account",
      "leave --faults out, or use --target rehearsal",
      "usage",
    );
  }
  if (options.from !== undefined && options.to !== undefined && options.from > options.to) {
    throw new SlipwayError(
      "phases-empty",
      `--from ${options.from} comes after --to ${options.to}: no phase is left`,
      "exchange the two numbers",
      "usage",
    );
  }
}
