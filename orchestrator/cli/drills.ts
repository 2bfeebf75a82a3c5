import { Argument, Option, type Command } from "commander";
import { experimentNames, type ExperimentName } from "../../infra/chaos/experiments";
import { addWorldOptions, environmentNames, type WorldOptions } from "./options";
import type { Handler } from "./program";

export interface DrillOptions extends WorldOptions {
  readonly experiment: ExperimentName;
  /** The one environment it runs in. */
  readonly where: string;
  /** Namespace that may be hit; production is refused without it. */
  readonly scope?: string;
  /** Deployment as namespace/name; the example application's unless given. */
  readonly workload?: string;
}
export interface DrillHandlers {
  readonly drill: Handler<DrillOptions>;
}

/** `slipway drill EXPERIMENT`. */
export function addDrillCommand(program: Command, handlers: DrillHandlers): void {
  addWorldOptions(program.command("drill"))
    .description(
      "bring a fault about on one workload and record recovery, alerts and impact; aborts when its budget is used up",
    )
    .addArgument(new Argument("<experiment>", "what is tried").choices(experimentNames))
    .addOption(new Option("--environment <name>", "where").choices(environmentNames).default("dev"))
    .option("--scope <namespace>", "the namespace that may be hit; needed in production")
    .option("--workload <namespace/name>", "the Deployment that is hit; the example application's when not given")
    .action((experiment: ExperimentName, { environment, ...options }: DrillOptions & { environment: string }) =>
      handlers.drill({ ...options, experiment, where: environment }),
    );
}
