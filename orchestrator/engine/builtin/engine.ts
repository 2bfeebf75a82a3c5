import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { SemVer } from "semver";
import { SlipwayError } from "../../errors";
import { commandError } from "../command-error";
import { disk, type Files } from "./backend/files";
import { config } from "./command/config-commands";
import { CommandContext } from "./command/context";
import { CommandFailure, exit } from "./command/failure";
import { history } from "./command/history-command";
import { Interrupter } from "./command/interrupter";
import { operate } from "./command/operation";
import * as stack from "./command/stack-commands";
import { ENGINE_VERSION } from "./version";

export interface BuiltinEngineOptions {
  /** Environment every command starts from; the Automation API adds to it. Default: nothing. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly now?: () => Date;
  readonly files?: Files;
}

/** The rehearsal engine in the shape the Automation API takes (`pulumiCommand`), with a way to interrupt it. */
export interface BuiltinEngine {
  readonly command: string;
  readonly version: SemVer;
  run(
    args: string[],
    cwd: string,
    environment: Record<string, string>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<{ stdout: string; stderr: string; code: number }>;
  /** First: running steps end, none starts. Second: stop waiting; what is in flight stays recorded as pending. */
  interrupt(level: "cancel" | "terminate"): void;
  /** The same object as the SDK's type, which hides `run`. */
  readonly pulumiCommand: PulumiCommand;
}

/** An in-process stand-in for the `pulumi` CLI that speaks Pulumi's own protocols and file formats. */
export function createBuiltinEngine(options: BuiltinEngineOptions = {}): BuiltinEngine {
  const { environment = {}, now = () => new Date(), files = disk } = options;
  const running = new Set<Interrupter>();
  const engine: BuiltinEngine = {
    command: "slipway built-in engine",
    version: new SemVer(ENGINE_VERSION),
    async run(args, cwd, additional, onOutput, onError, signal) {
      let stdout = "";
      let stderr = "";
      const out = (text: string) => {
        stdout += text;
        onOutput?.(text);
      };
      const err = (text: string) => {
        stderr += text;
        onError?.(text);
      };
      const interrupter = new Interrupter();
      const cancel = () => interrupter.cancel();
      running.add(interrupter);
      if (signal?.aborted) cancel();
      signal?.addEventListener("abort", cancel, { once: true });
      try {
        await dispatch(
          new CommandContext(files, cwd, { ...environment, ...additional }, now, out, err),
          args,
          interrupter,
        );
        return { stdout, stderr, code: 0 };
      } catch (error) {
        throw await asCommandError(error, args, stderr);
      } finally {
        signal?.removeEventListener("abort", cancel);
        running.delete(interrupter);
      }
    },
    interrupt: (level) => running.forEach((one) => (level === "cancel" ? one.cancel() : one.terminate())),
    get pulumiCommand() {
      return engine as unknown as PulumiCommand;
    },
  };
  return engine;
}

async function dispatch(context: CommandContext, args: readonly string[], interrupter: Interrupter): Promise<void> {
  const [command = "", ...rest] = args;
  switch (command) {
    case "version":
      return context.stdout(`v${ENGINE_VERSION}\n`);
    case "whoami":
      return stack.whoAmI(context, rest);
    case "stack":
      return stackCommand(context, rest);
    case "config":
      return config(context, rest);
    case "cancel":
      return stack.cancel(context, rest);
    case "history":
      return history(context, rest);
    case "up":
    case "preview":
    case "refresh":
    case "destroy":
    case "import":
      return operate(context, command, rest, interrupter);
    default:
      throw new CommandFailure(
        exit.error,
        `error: unknown command "${command}" for the built-in engine; use an installed Pulumi CLI (--engine pulumi)`,
      );
  }
}

function stackCommand(context: CommandContext, args: readonly string[]): Promise<void> {
  const [verb = "", ...rest] = args;
  const commands: Readonly<Record<string, (context: CommandContext, words: readonly string[]) => Promise<void>>> = {
    init: stack.init,
    select: stack.select,
    ls: stack.list,
    rm: stack.remove,
    output: stack.output,
    export: stack.exportState,
    import: stack.importState,
    rename: stack.rename,
    history,
    tag: stack.tag,
  };
  const command = commands[verb];
  if (command === undefined)
    return Promise.reject(
      new CommandFailure(exit.error, `error: unknown command "stack ${verb}" for the built-in engine`),
    );
  return command(context, rest);
}

/** The error the SDK would have made of a failed process, so that its error classes come out right. */
async function asCommandError(error: unknown, args: readonly string[], printed: string): Promise<Error> {
  const known = error instanceof CommandFailure || error instanceof SlipwayError;
  const text =
    error instanceof SlipwayError
      ? `error: ${error.message}\n  fix: ${error.fix}`
      : error instanceof Error
        ? known
          ? error.message
          : (error.stack ?? error.message)
        : String(error);
  const exitCode = error instanceof CommandFailure ? error.exitCode : known ? exit.error : 255;
  return commandError({ line: `pulumi ${args[0] ?? ""}`, exitCode, printed: `${printed}${text}`, cause: error });
}
