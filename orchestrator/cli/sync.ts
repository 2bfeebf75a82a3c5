import { InvalidArgumentError, Option, type Command } from "commander";
import { environments, type Environment } from "../promotion/environment";
import { addPlaceOptions, type PlaceOptions } from "./options";
import type { Handler } from "./program";

export type SyncCommand = "pause" | "resume" | "show";

export interface SyncOptions extends PlaceOptions {
  readonly environment: Environment;
  /** Name of the Application. */
  readonly application?: string;
  readonly until?: string;
  readonly reason?: string;
  /** Resume whatever was paused until a time that has come. */
  readonly ended?: boolean;
}

export interface SyncHandlers {
  sync(command: SyncCommand): Handler<SyncOptions>;
}

/** The suspend switch of GitOps, for one application in an incident (C7.2). */
export function addSyncCommands(program: Command, handlers: SyncHandlers): void {
  const sync = program.command("sync").description("pause and resume the synchronisation of one application");
  const add = (name: SyncCommand, description: string) =>
    addPlaceOptions(sync.command(name).description(description)).argument(
      "<environment>",
      environments.join(", "),
      environmentName,
    );
  const reason = () => new Option("--reason <text>", "why");
  add("pause", "stop delivering an application, and promotions that would deliver it")
    .argument("<application>", "name of the Application")
    .requiredOption("--until <time>", "end, like 2026-01-31T18:00:00Z")
    .addOption(reason().makeOptionMandatory())
    .action((environment: Environment, application: string, options: SyncOptions) =>
      handlers.sync("pause")({ ...options, environment, application }),
    );
  add("resume", "deliver an application again")
    .argument("[application]", "name of the Application")
    .addOption(reason())
    .option("--ended", "every application whose pause is over", false)
    .action((environment: Environment, application: string | undefined, options: SyncOptions) =>
      handlers.sync("resume")({ ...options, environment, ...(application !== undefined && { application }) }),
    );
  add("show", "say what is paused, until when and why").action((environment: Environment, options: SyncOptions) =>
    handlers.sync("show")({ ...options, environment }),
  );
}

function environmentName(value: string): Environment {
  const name = environments.find((one) => one === value);
  if (name !== undefined) return name;
  throw new InvalidArgumentError(`There is no environment "${value}"; there are ${environments.join(", ")}.`);
}
