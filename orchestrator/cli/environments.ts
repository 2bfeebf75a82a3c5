import { InvalidArgumentError, type Command } from "commander";
import { addPlaceOptions, addWorldOptions, type PlaceOptions, type WorldOptions } from "./options";
import type { Handler } from "./program";

export type EnvironmentCommand = "create" | "list" | "delete" | "reap";

export interface EnvironmentOptions extends WorldOptions {
  /** Number of the pull request. */
  readonly pr?: number;
  /** Digest of the image. */
  readonly sha?: string;
  readonly fork?: boolean;
  readonly approvedBy?: string;
  readonly dryRun?: boolean;
}
export interface RenderOptions extends PlaceOptions {
  /** Image by digest. */
  readonly image: string;
  /** Folder to write to. */
  readonly out: string;
}
export interface EnvironmentHandlers {
  readonly render: Handler<RenderOptions>;
  environment(command: EnvironmentCommand): Handler<EnvironmentOptions>;
}

/** Previews of pull requests on the dev cluster, and what Git holds of the stable environments. */
export function addEnvironmentCommands(program: Command, handlers: EnvironmentHandlers): void {
  const environment = program
    .command("environment")
    .description("previews of pull requests, and the files of stable environments");
  const add = (name: EnvironmentCommand, description: string) =>
    addWorldOptions(environment.command(name).description(description)).action((options: EnvironmentOptions) =>
      handlers.environment(name)(options),
    );
  const one = (command: Command) => command.requiredOption("--pr <number>", "number of the pull request", pullRequest);
  one(add("create", "make or update the preview of a pull request; the same image again changes nothing"))
    .requiredOption("--sha <digest>", "digest of the application's image, sha256:…")
    .option("--fork", "the pull request comes from a fork", false)
    .option("--approved-by <name>", "who read the change of a fork and starts its preview by hand");
  add("list", "say which previews there are, and when they end");
  one(add("delete", "remove a preview and all that was made for it; an absent one is fine"));
  add("reap", "remove previews that are idle or old; kept ones stay").option(
    "--dry-run",
    "only say which would be removed",
    false,
  );
  addPlaceOptions(environment.command("render"))
    .description("write Kustomize base, overlays and GitOps objects of QA, staging and production")
    .requiredOption("--image <image>", "the application's image, repository@sha256:…")
    .requiredOption("--out <folder>", "folder of the application in the repository, like apps/shop")
    .action(handlers.render);
}

function pullRequest(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("A pull request has a whole number from 1.");
}
