import type { Command } from "commander";
import { addPlaceOptions, type PlaceOptions } from "./options";
import type { Handler } from "./program";

export interface RefreshOptions extends PlaceOptions {
  readonly rules: string;
  /** Dump of a restored snapshot; `-` is standard input. */
  readonly from: string;
  /** Where the result goes. */
  readonly out: string;
}
export interface DataHandlers {
  readonly refresh: Handler<RefreshOptions>;
}

/** Data of production for staging; there is no option that leaves it as it is. */
export function addDataCommands(program: Command, handlers: DataHandlers): void {
  const data = program.command("data").description("make data of production fit for staging");
  addPlaceOptions(data.command("refresh"))
    .description("anonymise a dump, scan the result for personal data, and write it only when it is clean")
    .requiredOption("--rules <file>", "what becomes of each column, as YAML")
    .requiredOption("--from <file>", "dump of a restored snapshot by pg_dump, plain; - is standard input")
    .requiredOption("--out <file>", "file for the result; it is not touched unless the result is clean")
    .action(handlers.refresh);
}
