import { InvalidArgumentError, Option, type Command } from "commander";

export const environmentNames = ["dev", "staging", "production"] as const;

/** The default, told apart by identity from the same list given by hand. */
const everyEnvironment: readonly string[] = [...environmentNames];

/** Where a command finds what it works on, and how it speaks. */
export interface PlaceOptions {
  readonly target: "rehearsal" | "aws";
  readonly stateDir: string;
  readonly json: boolean;
  readonly color: boolean;
}

/** What a command runs with that reaches an environment. */
export interface WorldOptions extends PlaceOptions {
  readonly engine: "auto" | "pulumi" | "builtin";
  readonly cluster: "auto" | "embedded" | "control-plane";
  /** Real control planes stay up at the end, to be looked into. */
  readonly keepCluster: boolean;
  readonly yes: boolean;
  readonly faults?: string;
  readonly pulumiRoot?: string;
  /** Why a change cannot wait for a maintenance window (H1.4). */
  readonly outsideWindow?: string;
}

/** Options of every command that works on environments in order (design.md, Command line). */
export interface CommonOptions extends WorldOptions {
  readonly environment: readonly string[];
  readonly from?: number;
  readonly to?: number;
  /** This phase alone: `from` and `to` are it. */
  readonly phase?: number;
}

export function addPlaceOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--target <target>", "where to build: a rehearsal on this machine, or the AWS account")
        .choices(["rehearsal", "aws"])
        .default("rehearsal"),
    )
    .option("--state-dir <dir>", "where state, journal and reports live", ".slipway")
    .option("--json", "one JSON document on stdout, everything else on stderr", false)
    .option("--no-color", "no colours (as does NO_COLOR)");
}

export function addWorldOptions(command: Command): Command {
  return addPlaceOptions(command)
    .addOption(
      new Option("--engine <engine>", "which Pulumi runs the program: the installed CLI or the built-in engine")
        .choices(["auto", "pulumi", "builtin"])
        .default("auto"),
    )
    .addOption(
      new Option("--cluster <cluster>", "which Kubernetes a rehearsal runs against")
        .choices(["auto", "embedded", "control-plane"])
        .default("auto"),
    )
    .option("--keep-cluster", "leave real control planes running at the end and say how to reach them", false)
    .option("--faults <file>", "rehearsal only: faults to inject, as JSON")
    .option("--pulumi-root <dir>", "folder of the Pulumi CLI whose bin/pulumi is used")
    .option("--yes", "do not ask", false);
}

/** For commands that change an environment. */
export function outsideWindow(): Option {
  return new Option(
    "--outside-window <reason>",
    "aws only: change it although no maintenance window is open; the reason is kept",
  ).argParser((reason) => {
    if (reason.trim() !== "") return reason.trim();
    throw new InvalidArgumentError("Say why it cannot wait.");
  });
}

/** Adds the common options; `number` limits are the first and last phase that exist. */
export function addCommonOptions(command: Command, phaseNumbers: { first: number; last: number }): Command {
  const phase = (value: string): number => {
    const number = Number(value);
    if (Number.isInteger(number) && number >= phaseNumbers.first && number <= phaseNumbers.last) return number;
    throw new InvalidArgumentError(`A phase is a whole number from ${phaseNumbers.first} to ${phaseNumbers.last}.`);
  };
  return addWorldOptions(command)
    .addOption(
      new Option("--environment <names>", "comma-separated, repeatable; always handled in this order")
        .argParser(collectEnvironments)
        .default(everyEnvironment, environmentNames.join(",")),
    )
    .addOption(new Option("--from <number>", "first phase").argParser(phase))
    .addOption(new Option("--to <number>", "last phase").argParser(phase))
    .addOption(new Option("--phase <number>", "this phase alone").argParser(phase).conflicts(["from", "to"]))
    .hook("preAction", (_command, acting) => {
      const { phase: only } = acting.opts<CommonOptions>();
      if (only === undefined) return;
      acting.setOptionValue("from", only);
      acting.setOptionValue("to", only);
    });
}

/** Unique and in promotion order, whatever order they were given in. Wrong names are refused with the right ones (B1.5). */
function collectEnvironments(value: string, before: readonly string[]): readonly string[] {
  const given = value.split(",").map((name) => name.trim());
  for (const name of given) {
    if (!(environmentNames as readonly string[]).includes(name)) {
      const near = nearest(name, environmentNames);
      throw new InvalidArgumentError(
        `There is no environment "${name}"; there are ${environmentNames.join(", ")}.${near ? ` Did you mean ${near}?` : ""}`,
      );
    }
  }
  // The default list is replaced by the first use and extended by the following ones.
  const kept = before === everyEnvironment ? [] : before;
  return environmentNames.filter((name) => kept.includes(name) || given.includes(name));
}

/** The candidate that begins as typed or is closest to it; undefined when nothing is close. */
export function nearest(typed: string, candidates: readonly string[]): string | undefined {
  const begun = candidates.find((candidate) => typed !== "" && candidate.startsWith(typed));
  if (begun !== undefined) return begun;
  const scored = candidates.map((candidate) => ({ candidate, distance: distance(typed, candidate) }));
  const best = scored.toSorted((a, b) => a.distance - b.distance)[0];
  const far = best === undefined || best.distance > Math.max(1, Math.floor(best.candidate.length / 3));
  return far ? undefined : best.candidate;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
