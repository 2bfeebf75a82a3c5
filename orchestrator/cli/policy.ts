import { Argument, Option, type Command } from "commander";
import { environmentNames, type PlaceOptions } from "./options";
import type { Handler } from "./program";

export type PolicyCommand = "check" | "fix" | "list" | "explain" | "admission";
export type PolicyOutput = "text" | "json" | "sarif" | "junit";

export interface PolicyOptions extends PlaceOptions {
  readonly output: PolicyOutput;
  readonly environment: (typeof environmentNames)[number];
  /** A policy-config file in place of the environment's own. */
  readonly config?: string;
  /** Files and folders to judge, or the one rule to explain. */
  readonly names: readonly string[];
  readonly enforce?: boolean;
}
export interface PolicyHandlers {
  policy(command: PolicyCommand): Handler<PolicyOptions>;
}

/** Commands that need no cluster, no account and no Pulumi: rules over files. */
export function addPolicyCommands(program: Command, handlers: PolicyHandlers): void {
  const policy = program
    .command("policy")
    .description("judge manifests by the platform's rules, and explain the rules");
  const add = (name: string, description: string, outputs: readonly PolicyOutput[]): Command =>
    policy
      .command(name)
      .description(description)
      .addOption(new Option("--output <form>", "how to print it").choices(outputs).default("text"))
      .addOption(
        new Option("--environment <name>", "whose levels and settings hold")
          .choices(environmentNames)
          .default("production"),
      )
      .option("--config <file>", "a policy-config file in place of the environment's own; waivers are in it too")
      .option("--no-color", "no colours (as does NO_COLOR)");
  const paths = () => new Argument("<path...>", "files and folders of YAML or JSON; - is standard input");
  const run = (command: PolicyCommand, names: readonly string[], options: PolicyOptions) =>
    handlers.policy(command)({
      ...options,
      names,
      json: options.output === "json",
      target: "rehearsal",
      stateDir: ".slipway",
    });
  add("check", "judge manifests; ends with 1 when a mandatory rule is broken", ["text", "json", "sarif", "junit"])
    .addArgument(paths())
    .action((names: string[], options: PolicyOptions) => run("check", names, options));
  add("fix", "print the patches (RFC 6902) of what rules can mend themselves", ["text", "json"])
    .addArgument(paths())
    .action((names: string[], options: PolicyOptions) => run("fix", names, options));
  add("list", "print every rule with its level", ["text", "json"]).action((options: PolicyOptions) =>
    run("list", [], options),
  );
  add("explain", "print what a rule asks for, why, and what can be set", ["text", "json"])
    .argument("<rule>", "name of a rule")
    .action((name: string, options: PolicyOptions) => run("explain", [name], options));
  add("admission", "print the admission policies that hold the rules in a cluster", ["text", "json"])
    .option(
      "--enforce",
      "deny what mandatory rules refuse; without it, violations are only audited and warned of",
      false,
    )
    .action((options: PolicyOptions) => run("admission", [], options));
}
