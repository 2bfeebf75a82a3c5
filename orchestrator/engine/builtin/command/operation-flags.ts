import * as path from "node:path";
import type { ImportRequest, OperationKind, OperationOptions } from "../model";
import type { Arguments } from "./arguments";
import type { CommandContext } from "./context";
import { CommandFailure, exit } from "./failure";

/** Flags of up, preview, refresh, destroy and import. */
export const operationFlags = {
  "skip-preview": "switch",
  "preview-only": "switch",
  message: "value",
  "expect-no-changes": "switch",
  diff: "switch",
  refresh: "switch",
  replace: "list",
  target: "list",
  exclude: "list",
  "target-dependents": "switch",
  "exclude-dependents": "switch",
  "exclude-protected": "switch",
  "policy-pack": "list",
  "policy-pack-config": "list",
  parallel: "value",
  "exec-kind": "value",
  "exec-agent": "value",
  "user-agent": "value",
  client: "value",
  "event-log": "value",
  "continue-on-error": "switch",
  "show-secrets": "switch",
  "clear-pending-creates": "switch",
  "import-pending-creates": "list",
  "run-program": "value",
  plan: "value",
  "save-plan": "value",
  "import-file": "value",
  "attach-debugger": "value",
  file: "value",
  "generate-code": "value",
  protect: "value",
  out: "value",
  from: "value",
  json: "switch",
  remove: "switch",
} as const;

/** Flags that exist, that the built-in engine cannot honour, and what to do instead. Never skipped silently. */
const refused: Readonly<Record<string, string>> = {
  plan: "update plans",
  "save-plan": "update plans",
  "import-file": "import files of a preview",
  "attach-debugger": "debuggers",
  from: "converters of pulumi import",
  remove: "destroy --remove (use stack rm)",
};

/** Default of the CLI is four times the cores; a rehearsal's providers are in-process and gain nothing from more. */
const DEFAULT_PARALLEL = 16;

/** Refuses what the built-in engine would have to skip. */
export function refuseUnoffered(args: Arguments): void {
  for (const [flag, what] of Object.entries(refused)) {
    if (args.value(flag) !== undefined)
      throw new CommandFailure(
        exit.error,
        `error: --${flag}: the built-in engine does not offer ${what}; use an installed Pulumi CLI (--engine pulumi)`,
      );
  }
}

/** What the flags ask of an operation. */
export function operationOptions(context: CommandContext, args: Arguments, kind: OperationKind): OperationOptions {
  return {
    parallel: Math.max(1, args.number("parallel") ?? DEFAULT_PARALLEL),
    targets: args.list("target"),
    targetDependents: args.has("target-dependents"),
    excludes: args.list("exclude"),
    excludeDependents: args.has("exclude-dependents"),
    replace: args.list("replace"),
    refresh: args.has("refresh"),
    continueOnError: args.has("continue-on-error"),
    excludeProtected: args.has("exclude-protected"),
    clearPendingCreates: args.has("clear-pending-creates"),
    importPendingCreates: adoptions(args.list("import-pending-creates")),
    runProgram: args.value("run-program") === "true",
    debug: args.has("debug"),
    imports: kind === "import" ? imports(context, args) : [],
  };
}

/** `--import-pending-creates <urn> --import-pending-creates <id>`, repeated. */
function adoptions(words: readonly string[]): { urn: string; id: string }[] {
  if (words.length % 2 !== 0)
    throw new CommandFailure(exit.error, "error: --import-pending-creates needs a URN and an id");
  return words.flatMap((urn, index) => (index % 2 === 0 ? [{ urn, id: words[index + 1] as string }] : []));
}

interface ImportFile {
  resources?: { type: string; name: string; id: string; parent?: string; provider?: string }[];
  /** Names that `parent` and `provider` stand for, with their URNs. */
  nameTable?: Record<string, string>;
}

/** One resource named on the command line, or those of an import file. */
function imports(context: CommandContext, args: Arguments): ImportRequest[] {
  const protect = args.value("protect") !== "false";
  const source = args.value("file");
  if (source === undefined) {
    const [type, name, id] = args.positional;
    if (type === undefined || name === undefined || id === undefined)
      throw new CommandFailure(exit.error, "error: import needs a type, a name and an id, or --file");
    return [{ type, name, id, protect }];
  }
  const { resources = [], nameTable = {} } = readImportFile(context, source);
  const named = (name: string) => nameTable[name] ?? name;
  return resources.map(({ type, name, id, parent, provider }) => ({
    type,
    name,
    id,
    protect,
    ...(parent === undefined ? {} : { parent: named(parent) }),
    ...(provider === undefined ? {} : { provider: named(provider) }),
  }));
}

function readImportFile(context: CommandContext, source: string): ImportFile {
  const text = context.files.read(path.resolve(context.folder, source));
  if (text === undefined) throw new CommandFailure(exit.error, `error: could not open file ${source}`);
  try {
    return JSON.parse(text) as ImportFile;
  } catch (cause) {
    throw new CommandFailure(exit.error, `error: could not parse import file ${source}`, { cause });
  }
}
