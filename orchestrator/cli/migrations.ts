import { Option, type Command } from "commander";
import type { PlaceOptions } from "./options";
import type { Handler } from "./program";

export type MigrationsOutput = "text" | "json" | "sarif";

export interface MigrationsOptions extends PlaceOptions {
  readonly folder: string;
  readonly output: MigrationsOutput;
  /** Revision whose migrations are applied already. */
  readonly since?: string;
}
export interface MigrationsHandlers {
  readonly migrations: Handler<MigrationsOptions>;
}

/** Commands about migrations of the application's database; they need no database. */
export function addMigrationsCommands(program: Command, handlers: MigrationsHandlers): void {
  const migrations = program
    .command("migrations")
    .description("judge migrations by what they do to the version that still runs");
  migrations
    .command("check")
    .description(
      "judge a folder of SQL; ends with 1 when a migration would break the previous version or block its users",
    )
    .argument("<folder>", "folder of files like 0012_add_address.sql")
    .option("--since <revision>", "what is in use: its migrations are applied and must stay as they were")
    .addOption(new Option("--output <form>", "how to print it").choices(["text", "json", "sarif"]).default("text"))
    .option("--no-color", "no colours (as does NO_COLOR)")
    .action((folder: string, options: MigrationsOptions) =>
      handlers.migrations({
        ...options,
        folder,
        json: options.output === "json",
        target: "rehearsal",
        stateDir: ".slipway",
      }),
    );
}
