import { InvalidArgumentError, Option, type Command } from "commander";
import { addWorldOptions, environmentNames, type CommonOptions } from "./options";
import type { Handler } from "./program";

export interface UpgradeOptions extends Omit<CommonOptions, "to"> {
  /** Kubernetes version, like `1.36`. */
  readonly to: string;
}
export interface UpgradeHandlers {
  readonly upgrade: Handler<UpgradeOptions>;
}

/** Asks before an upgrade; the upgrade itself is a change like any other. */
export function addUpgradeCommand(program: Command, handlers: UpgradeHandlers): void {
  addWorldOptions(
    program
      .command("upgrade")
      .description("say whether Kubernetes can be upgraded, and in which steps; changes nothing"),
  )
    .addOption(new Option("--environment <name>", "which environment").choices(environmentNames).makeOptionMandatory())
    .addOption(
      new Option("--to <version>", "Kubernetes version, like 1.36").makeOptionMandatory().argParser((text) => {
        if (/^1\.\d{2}$/.test(text)) return text;
        throw new InvalidArgumentError("A Kubernetes version has two numbers, like 1.36.");
      }),
    )
    .action(({ environment, ...options }: Omit<UpgradeOptions, "environment"> & { environment: string }) =>
      handlers.upgrade({ ...options, environment: [environment] }),
    );
}
