import { Argument, Command } from "commander";
import { version } from "../../package.json";
import { phases } from "../rollout/phases";
import type { Command as RolloutCommand } from "../rollout/step";
import { addDataCommands, type DataHandlers } from "./data";
import { addDrillCommand, type DrillHandlers } from "./drills";
import { addDeliverCommands, type DeliverHandlers } from "./deliver";
import { addCommonOptions, addWorldOptions, environmentNames, type CommonOptions, outsideWindow } from "./options";
import { addEnvironmentCommands, type EnvironmentHandlers } from "./environments";
import { addMigrationsCommands, type MigrationsHandlers } from "./migrations";
import { addPolicyCommands, type PolicyHandlers } from "./policy";
import { addSyncCommands, type SyncHandlers } from "./sync";
import { addUpgradeCommand, type UpgradeHandlers } from "./upgrade";
import { addPromotionCommands, type PromotionHandlers } from "./promotion";
import type { Sink } from "./terminal";

export interface DestroyOptions extends CommonOptions {
  readonly destroyProtected?: boolean;
}
export interface PreviewOptions extends CommonOptions {
  /** Files and folders whose manifests are judged together with the preview. */
  readonly manifests?: readonly string[];
}
export interface PlanOptions extends CommonOptions {
  readonly command: RolloutCommand;
}

export interface ParityOptions extends CommonOptions {
  /** The two environments compared. */
  readonly pair: readonly [string, string];
}

export type Handler<Options> = (options: Options) => Promise<void>;

/** One handler per command; each loads its own code when it is called. */
export interface Handlers
  extends
    DrillHandlers,
    PromotionHandlers,
    PolicyHandlers,
    DeliverHandlers,
    UpgradeHandlers,
    SyncHandlers,
    EnvironmentHandlers,
    MigrationsHandlers,
    DataHandlers {
  rollout(command: RolloutCommand): Handler<DestroyOptions & PreviewOptions>;
  readonly plan: Handler<PlanOptions>;
  readonly doctor: Handler<CommonOptions>;
  readonly parity: Handler<ParityOptions>;
  readonly cost: Handler<CommonOptions>;
  readonly status: Handler<CommonOptions>;
  readonly report: Handler<CommonOptions>;
}

const numbers = { first: phases[0]?.number ?? 1, last: phases.at(-1)?.number ?? 1 };

/** The command line as a tree of commands. Wrong usage is told on stderr with a suggestion and ends with code 2. */
export function buildProgram(handlers: Handlers, sinks: { stdout: Sink; stderr: Sink }): Command {
  const program = new Command("slipway")
    .description(
      "Takes a Kubernetes platform on AWS from an empty account to dev, staging and production, proven step by step.",
    )
    .version(version, "-V, --version")
    .showHelpAfterError("(slipway --help lists commands and options)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void sinks.stdout.write(text),
      writeErr: (text) => void sinks.stderr.write(text),
      getOutHelpWidth: () => sinks.stdout.columns ?? 80,
      getErrHelpWidth: () => sinks.stderr.columns ?? 80,
    });
  const add = (name: string, description: string): Command =>
    addCommonOptions(program.command(name).description(description), numbers);

  add("doctor", "say what is missing before anything is built, and how to get it").action(handlers.doctor);
  add("plan", "print the steps a command would take, without taking any")
    .addArgument(
      new Argument("[command]", "whose steps")
        .choices(["bootstrap", "preview", "verify", "destroy"])
        .default("bootstrap"),
    )
    .action((command: RolloutCommand, options: CommonOptions) => handlers.plan({ ...options, command }));
  add("preview", "show what would change and what policy says of it; changes nothing")
    .option("--manifests <path...>", "files and folders of YAML or JSON to judge with it; - is standard input")
    .action(handlers.rollout("preview"));
  add("bootstrap", "build and verify every environment in order (npm start)")
    .addOption(outsideWindow())
    .action(handlers.rollout("bootstrap"));
  add("verify", "check again that every phase is as promised").action(handlers.rollout("verify"));
  add("status", "say where each environment stands").action(handlers.status);
  add("destroy", "take environments down in reverse and sweep the account")
    .option("--destroy-protected", "also destroy state that is protected; its data is lost for good", false)
    .addOption(outsideWindow())
    .action(handlers.rollout("destroy"));
  const environment = (name: string, standard: string) =>
    new Argument(`[${name}]`, "environment").choices(environmentNames).default(standard);
  addWorldOptions(program.command("parity").description("preview two environments and say where they differ"))
    .addArgument(environment("left", "staging"))
    .addArgument(environment("right", "production"))
    .action((left: string, right: string, options: CommonOptions) =>
      handlers.parity({ ...options, pair: [left, right] }),
    );
  add("cost", "preview environments and say what each costs a month against its budget").action(handlers.cost);
  add("report", "print the last report").action(handlers.report);
  addPromotionCommands(program, handlers);
  addSyncCommands(program, handlers);
  addEnvironmentCommands(program, handlers);
  addDrillCommand(program, handlers);
  addMigrationsCommands(program, handlers);
  addDataCommands(program, handlers);
  addPolicyCommands(program, handlers);
  addUpgradeCommand(program, handlers);
  addDeliverCommands(program, handlers, environmentNames);
  return program;
}
