import { InvalidArgumentError, Option, type Command } from "commander";
import { environments, type Environment } from "../promotion/environment";
import { addPlaceOptions, addWorldOptions, type PlaceOptions, type WorldOptions, outsideWindow } from "./options";
import type { Handler } from "./program";

export type ReleaseCommand = "create" | "show" | "diff" | "unhold";

export interface ReleaseOptions extends PlaceOptions {
  /** Releases named on the command line. */
  readonly releases: readonly string[];
  readonly since?: string;
  readonly image: Readonly<Record<string, string>>;
  readonly reason?: string;
}

export type LedgerCommand = "show" | "verify" | "pause" | "unpause";

export interface LedgerOptions extends PlaceOptions {
  /** An entry's hash that somebody kept: the ledger must still contain it. */
  readonly head?: string;
  /** Where promotions pause. */
  readonly environment?: Environment;
  readonly until?: string;
  readonly reason?: string;
}

/** Where a command that watches looks. */
export interface WatchingOptions extends WorldOptions {
  /** Address of a Prometheus-compatible API, in place of the rules'. */
  readonly prometheus?: string;
}

export interface PromoteOptions extends WatchingOptions {
  readonly release: string;
  readonly environment: Environment;
}

export interface ApproveOptions extends PromoteOptions {
  /** File with a signature to record; without one the statement to sign is written. */
  readonly signature?: string;
  /** File that was signed, when it is not the one this command wrote. */
  readonly statement?: string;
  /** Record what was approved on GitHub: in reviews of this pull request, or for this workflow run's environment. */
  readonly githubReview?: number;
  readonly githubRun?: number;
}

export type RollbackOptions = Omit<PromoteOptions, "release">;

/** One handler per command of the way to production. */
export interface PromotionHandlers {
  release(command: ReleaseCommand): Handler<ReleaseOptions>;
  ledger(command: LedgerCommand): Handler<LedgerOptions>;
  readonly approve: Handler<ApproveOptions>;
  readonly promote: Handler<PromoteOptions>;
  readonly rollback: Handler<RollbackOptions>;
  readonly watch: Handler<RollbackOptions>;
}

/** Commands that make, approve and promote releases, and the way back. */
export function addPromotionCommands(program: Command, handlers: PromotionHandlers): void {
  addReleaseCommands(program, handlers);
  addRunCommands(program, handlers);
  addLedgerCommands(program, handlers);
}

const RELEASE = "hash of a release, or its first digits";
/** What commander calls the environment; elsewhere `to` is the last phase. */
interface To {
  readonly to: Environment;
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
    .argument("<release>", RELEASE)
    .action((name: string, options: ReleaseOptions) => handlers.release("show")({ ...options, releases: [name] }));
  add("diff", "print in what two records differ")
    .argument("<before>", RELEASE)
    .argument("<after>", "the same of the other release")
    .action((before: string, after: string, options: ReleaseOptions) =>
      handlers.release("diff")({ ...options, releases: [before, after] }),
    );
  add("unhold", "let a release that was rolled back be promoted again")
    .argument("<release>", RELEASE)
    .requiredOption("--reason <text>", "why it may")
    .action((name: string, options: ReleaseOptions) => handlers.release("unhold")({ ...options, releases: [name] }));
}

function addRunCommands(program: Command, handlers: PromotionHandlers): void {
  const add = (name: string, description: string) => addWorldOptions(program.command(name).description(description));
  const to = () =>
    new Option("--to <environment>", "where the release is to go").choices(environments).makeOptionMandatory();
  add("approve", "write the statement to sign for a release, or record its signature")
    .argument("<release>", RELEASE)
    .addOption(to())
    .option("--signature <file>", "record this signature, made by ssh-keygen -Y sign")
    .option("--statement <file>", "what was signed, when it is not the file this command wrote")
    .addOption(
      new Option("--github-review <number>", "record approvals in the reviews of this pull request")
        .argParser(positive)
        .conflicts("signature"),
    )
    .addOption(
      new Option("--github-run <id>", "record approvals of this workflow run's environment")
        .argParser(positive)
        .conflicts(["signature", "githubReview"]),
    )
    .action((release: string, { to: environment, ...options }: ApproveOptions & To) =>
      handlers.approve({ ...options, release, environment }),
    );
  const prometheus = () =>
    new Option("--prometheus <url>", "Prometheus-compatible API to watch, in place of the rules'");
  add("promote", "bring a release into an environment: judged, built, verified, watched")
    .argument("<release>", RELEASE)
    .addOption(to())
    .addOption(prometheus())
    .addOption(outsideWindow())
    .action((release: string, { to: environment, ...options }: PromoteOptions & To) =>
      handlers.promote({ ...options, release, environment }),
    );
  add("rollback", "bring an environment back to the last release verified there")
    .argument("<environment>", environments.join(", "), environmentName)
    .addOption(outsideWindow())
    .action((environment: Environment, options: RollbackOptions) => handlers.rollback({ ...options, environment }));
  add("watch", "watch what an environment runs until its watch is over; a breach goes back by itself")
    .argument("<environment>", environments.join(", "), environmentName)
    .addOption(prometheus())
    .action((environment: Environment, options: RollbackOptions) => handlers.watch({ ...options, environment }));
}

function addLedgerCommands(program: Command, handlers: PromotionHandlers): void {
  const ledger = program.command("ledger").description("read the record of what ran where and who approved it");
  const add = (name: string, description: string) => addPlaceOptions(ledger.command(name).description(description));
  add("show", "print every entry").action(handlers.ledger("show"));
  add("verify", "prove that the ledger is whole and unchanged")
    .option("--head <hash>", "an entry's hash that you kept: it must still be there")
    .action(handlers.ledger("verify"));
  add("pause", "stop promotions into an environment during an incident")
    .argument("<environment>", environments.join(", "), environmentName)
    .requiredOption("--until <time>", "end, like 2026-01-31T18:00:00Z")
    .requiredOption("--reason <text>", "why")
    .action((environment: Environment, options: LedgerOptions) =>
      handlers.ledger("pause")({ ...options, environment }),
    );
  add("unpause", "let promotions into an environment go on")
    .argument("<environment>", environments.join(", "), environmentName)
    .requiredOption("--reason <text>", "why")
    .action((environment: Environment, options: LedgerOptions) =>
      handlers.ledger("unpause")({ ...options, environment }),
    );
}

function positive(value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError("It is a whole number above 0.");
}

function environmentName(value: string): Environment {
  const name = environments.find((one) => one === value);
  if (name !== undefined) return name;
  throw new InvalidArgumentError(`There is no environment "${value}"; there are ${environments.join(", ")}.`);
}

function collectImages(value: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const match = /^([a-z0-9][a-z0-9-]*)=(\S+)$/.exec(value);
  if (match === null) throw new InvalidArgumentError("An image is given as name=repository@sha256:….");
  const [, name = "", image = ""] = match;
  return { ...before, [name]: image };
}
