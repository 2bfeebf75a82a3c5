import { Option, type Command } from "commander";
import { addWorldOptions, type CommonOptions, type PlaceOptions } from "./options";
import type { Handler } from "./program";

export interface DeliverOptions extends CommonOptions {
  readonly out: string;
  /** The release that is delivered; of those that were made of this commit the last without it. */
  readonly release?: string;
  /** Tell whether the bundle there is as it was delivered, instead of making one. */
  readonly check?: boolean;
}
export interface ScanOptions extends PlaceOptions {
  /** What is about to be committed, and not what was. */
  readonly staged: boolean;
}
export interface DeliverHandlers {
  readonly deliver: Handler<DeliverOptions>;
  readonly scan: Handler<ScanOptions>;
}

/** Commands that hand the platform over (A20). */
export function addDeliverCommands(program: Command, handlers: DeliverHandlers, environments: readonly string[]): void {
  addWorldOptions(
    program.command("deliver").description("write everything somebody needs to run the platform into one folder"),
  )
    .option("--out <dir>", "folder of the bundle", "slipway-bundle")
    .option("--release <release>", "the release of this commit whose images run; the last one made of it without this")
    .option("--check", "say what in the bundle is not as it was delivered", false)
    .action((options: DeliverOptions) => handlers.deliver({ ...options, environment: environments }));
  program
    .command("scan")
    .description("look for credentials in everything that was ever committed")
    .option("--staged", "look at what is about to be committed instead; for a pre-commit hook", false)
    .addOption(new Option("--json", "one JSON document on stdout, everything else on stderr").default(false))
    .option("--no-color", "no colours (as does NO_COLOR)")
    .action((options: ScanOptions) => handlers.scan({ ...options, target: "rehearsal", stateDir: ".slipway" }));
}
