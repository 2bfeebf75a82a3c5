import { InvalidArgumentError, Option, type Command } from "commander";
import { addPlaceOptions, type PlaceOptions } from "./options";
import type { Handler } from "./program";

export type ReleaseCommand = "create" | "show" | "diff";

export interface ReleaseOptions extends PlaceOptions {
  /** Releases named on the command line. */
  readonly releases: readonly string[];
  readonly since?: string;
  readonly image: Readonly<Record<string, string>>;
}

export type LedgerCommand = "show" | "verify";

export interface LedgerOptions extends PlaceOptions {
  /** An entry's hash that somebody kept: the ledger must still contain it. */
  readonly head?: string;
}

/** One handler per command of the way to production. */
export interface PromotionHandlers {
  release(command: ReleaseCommand): Handler<ReleaseOptions>;
  ledger(command: LedgerCommand): Handler<LedgerOptions>;
}

/** Commands that make, approve and promote releases. */
export function addPromotionCommands(program: Command, handlers: PromotionHandlers): void {
  addReleaseCommands(program, handlers);
  addLedgerCommands(program, handlers);
}

function addReleaseCommands(program: Command, handlers: PromotionHandlers): void {
  const release = program.command("release").description("make and compare records of everything that will be applied");
  const add = (name: string, description: string) => addPlaceOptions(release.command(name).description(description));
  add("create", "make the record of the commit that is checked out")
    .option("--since <revision>", "what production runs: who wrote what came after does not approve")
    .addOption(
      new Option("--image <name=image>", "application image by digest; repeatable")
        .argParser(collectImages)
        .default({}, "none"),
    )
    .action((options: ReleaseOptions) => handlers.release("create")({ ...options, releases: [] }));
  add("show", "print a record")
    .argument("<release>", "hash of a release, or its first digits")
    .action((name: string, options: ReleaseOptions) => handlers.release("show")({ ...options, releases: [name] }));
  add("diff", "print in what two records differ")
    .argument("<before>", "hash of a release, or its first digits")
    .argument("<after>", "the same of the other release")
    .action((before: string, after: string, options: ReleaseOptions) =>
      handlers.release("diff")({ ...options, releases: [before, after] }),
    );
}

function addLedgerCommands(program: Command, handlers: PromotionHandlers): void {
  const ledger = program.command("ledger").description("read the record of what ran where and who approved it");
  const add = (name: string, description: string) => addPlaceOptions(ledger.command(name).description(description));
  add("show", "print every entry").action(handlers.ledger("show"));
  add("verify", "prove that the ledger is whole and unchanged")
    .option("--head <hash>", "an entry's hash that you kept: it must still be there")
    .action(handlers.ledger("verify"));
}

function collectImages(value: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const match = /^([a-z0-9][a-z0-9-]*)=(\S+)$/.exec(value);
  if (match === null) throw new InvalidArgumentError("An image is given as name=repository@sha256:….");
  const [, name = "", image = ""] = match;
  return { ...before, [name]: image };
}
