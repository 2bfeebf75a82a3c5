import * as os from "node:os";
import * as path from "node:path";
import { checkOrder, emptyDeployment, tidy, type StackFile, type StoredDeployment } from "../backend/checkpoint";
import { moveHistory } from "../backend/history";
import { lockOwners, removeLocks, StackLock } from "../backend/lock";
import { disclosedState } from "../backend/vault";
import { STACK_TYPE } from "../deploy/urn";
import type { Json, Properties, ResourceState, Snapshot } from "../model";
import { isSecret, revealed } from "../values";
import { Arguments } from "./arguments";
import type { CommandContext } from "./context";
import { CommandFailure, exit, stackNotFound } from "./failure";

/** Runs work that changes a stack while holding its lock. */
export async function locked<T>(context: CommandContext, file: StackFile, work: () => Promise<T>): Promise<T> {
  const lock = StackLock.acquire(context.files, context.layout.locks(file.project, file.stack), context.now());
  try {
    return await work();
  } finally {
    lock.release();
  }
}

export async function init(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("stack init", words, {
    "secrets-provider": "value",
    "no-select": "switch",
    "copy-config-from": "value",
  });
  const name = args.positional[0] ?? args.stack();
  const file = context.stackFile(name);
  if (file.exists()) throw new CommandFailure(exit.error, `error: stack '${name}' already exists`);
  await locked(context, file, async () => {
    const vault = await context.vault(context.settings(name, args), file);
    if (context.files.read(context.layout.meta) === undefined)
      context.files.replace(context.layout.meta, "version: 1\n");
    file.write(emptyDeployment(vault.salt, context.now()));
  });
  context.stdout(`Created stack '${name}'\n`);
}

export function select(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("stack select", words, { create: "switch" });
  const name = args.positional[0] ?? args.stack();
  if (!context.stackFile(name).exists()) return Promise.reject(stackNotFound(name));
  return Promise.resolve();
}

export function list(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("stack ls", words, { json: "switch", all: "switch" });
  const project = context.project.name;
  const names = context.files
    .list(context.layout.stacks(project))
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length));
  const stacks = names.map((name) => {
    const deployment = context.stackFile(name).stored()?.deployment;
    const updateInProgress = lockOwners(context.files, context.layout.locks(project, name)).length > 0;
    return {
      name,
      current: false,
      ...(deployment ? { lastUpdate: deployment.manifest.time, resourceCount: deployment.resources?.length ?? 0 } : {}),
      updateInProgress,
    };
  });
  context.stdout(
    args.has("json") ? `${JSON.stringify(stacks, null, 2)}\n` : stacks.map((stack) => `${stack.name}\n`).join(""),
  );
  return Promise.resolve();
}

export async function remove(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("stack rm", words, {
    force: "switch",
    "preserve-config": "switch",
    "remove-backups": "switch",
  });
  const name = args.positional[0] ?? args.stack();
  const file = context.stackFile(name);
  if (!file.exists()) throw stackNotFound(name);
  await locked(context, file, async () => {
    const { snapshot } = file.snapshot(await context.vault(context.settings(name, args), file));
    if (snapshot.resources.length > 0 && !args.has("force")) {
      throw new CommandFailure(
        exit.error,
        `error: '${name}' still has resources; removal rejected. Possible actions:\n- Make sure that '${name}' is the stack that you want to destroy\n- Run \`pulumi destroy\` to delete the resources, then run \`pulumi stack rm\`\n- Run \`pulumi stack rm --force\` to override this error`,
      );
    }
    [
      file.file,
      file.journalFile,
      context.layout.history(file.project, file.stack),
      context.layout.tags(file.project, file.stack),
    ].forEach((gone) => context.files.remove(gone));
    if (!args.has("preserve-config")) context.files.remove(context.settings(name, args).file);
    if (args.has("remove-backups"))
      [`${file.file}.bak`, context.layout.backups(file.project, file.stack)].forEach((gone) =>
        context.files.remove(gone),
      );
  });
}

/** `stack output --json`: the outputs the program exported, secrets masked unless asked for. */
export async function output(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("stack output", words, { json: "switch", "show-secrets": "switch", shell: "switch" });
  const file = context.existing(args);
  const { snapshot } = file.snapshot(await context.vault(context.settings(args.stack(), args), file));
  const outputs = rootOutputs(snapshot);
  const shown = Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [
      key,
      args.has("show-secrets") ? revealed(value as Json) : maskWhole(value as Json),
    ]),
  );
  const [wanted] = args.positional;
  if (wanted !== undefined && !(wanted in shown))
    throw new CommandFailure(exit.error, `error: current stack does not have output property '${wanted}'`);
  context.stdout(`${JSON.stringify(wanted === undefined ? shown : shown[wanted], null, 2)}\n`);
}

export function rootOutputs(snapshot: Snapshot): Properties {
  return snapshot.resources.find((state) => state.type === STACK_TYPE && !state.delete)?.outputs ?? {};
}
function maskWhole(value: Json): Json {
  if (isSecret(value)) return "[secret]";
  if (Array.isArray(value)) return value.map(maskWhole);
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskWhole(inner as Json)]))
    : value;
}

/** `stack export`: the deployment as the CLI prints it; an unfinished run's journal is part of what it shows. */
export async function exportState(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("stack export", words, { "show-secrets": "switch", file: "value" });
  const file = context.existing(args);
  const vault = await context.vault(context.settings(args.stack(), args), file);
  const { snapshot } = file.snapshot(vault);
  const stored = file.stored()?.deployment ?? emptyDeployment(vault.salt, context.now());
  const write = (state: ResourceState): ResourceState =>
    tidy(args.has("show-secrets") ? disclosedState(state) : vault.sealState(state));
  const deployment: StoredDeployment = {
    manifest: stored.manifest,
    secrets_providers: { type: "passphrase", state: { salt: vault.salt } },
    resources: snapshot.resources.map(write),
    ...(snapshot.pending.length > 0
      ? { pending_operations: snapshot.pending.map(({ type, resource }) => ({ type, resource: write(resource) })) }
      : {}),
    metadata: {},
  };
  const text = `${JSON.stringify({ version: 3, deployment }, null, 4)}\n`;
  const target = args.value("file");
  if (target === undefined) context.stdout(text);
  else context.files.replace(path.resolve(context.folder, target), text);
}

/** `stack import`: replaces the state; pending operations do not come along (pulumi.md 5.4). */
export async function importState(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("stack import", words, { file: "value", force: "switch" });
  const file = context.existing(args);
  const source = args.value("file");
  if (source === undefined) throw new CommandFailure(exit.error, "error: stack import needs --file");
  const text = context.files.read(path.resolve(context.folder, source));
  if (text === undefined) throw new CommandFailure(exit.error, `error: could not open file ${source}`);
  const { version, deployment } = parseExport(text, source);
  if (version !== 3)
    throw new CommandFailure(
      exit.error,
      `error: deployment version ${version} cannot be imported: the built-in engine writes version 3`,
    );
  await locked(context, file, async () => {
    const vault = await context.vault(context.settings(args.stack(), args), file);
    for (const pending of deployment.pending_operations ?? [])
      context.stderr(
        `warning: removing pending operation '${pending.type}' on '${pending.resource.urn}' from snapshot\n`,
      );
    const salt = deployment.secrets_providers?.state.salt;
    // An export brings its secrets under the key it names, which need not be this stack's.
    const opening = salt === undefined || salt === vault.salt ? vault : await context.vaultOf(salt);
    const resources = (deployment.resources ?? []).map((state) => opening.openState(state));
    const foreign = resources.find((state) => !state.urn.startsWith(`urn:pulumi:${file.stack}::${file.project}::`));
    if (foreign !== undefined && !args.has("force"))
      throw new CommandFailure(
        exit.error,
        `error: resource '${foreign.urn}' is from a different stack; use --force to override`,
      );
    if (!args.has("force")) checkOrder(resources);
    context.files.remove(file.journalFile);
    file.save({ resources, pending: [] }, vault, context.now());
  });
  context.stdout("Import complete.\n");
}

function parseExport(text: string, source: string): { version: number; deployment: StoredDeployment } {
  try {
    const parsed = JSON.parse(text) as { version?: number; deployment?: StoredDeployment };
    if (parsed.deployment !== undefined) return { version: parsed.version ?? 0, deployment: parsed.deployment };
  } catch {
    // Said below: both are the same mistake to whoever made it.
  }
  throw new CommandFailure(exit.error, `error: could not deserialize deployment: ${source} is no stack export`);
}

export async function rename(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("stack rename", words, {});
  const file = context.existing(args);
  const [name] = args.positional;
  if (name === undefined) throw new CommandFailure(exit.error, "error: stack rename needs the new name");
  const target = context.stackFile(name);
  if (target.exists()) throw new CommandFailure(exit.error, `error: stack '${name}' already exists`);
  await locked(context, file, async () => {
    const settings = context.settings(args.stack(), args);
    const vault = await context.vault(settings, file);
    const { snapshot } = file.snapshot(vault);
    target.save(renamed(snapshot, file, target), vault, context.now());
    const text = context.files.read(settings.file);
    if (text !== undefined) context.files.replace(context.settings(name, args).file, text);
    const tags = context.files.read(context.layout.tags(file.project, file.stack));
    if (tags !== undefined) context.files.replace(context.layout.tags(target.project, target.stack), tags);
    moveHistory(context.files, context.layout, file.project, file.stack, target.stack);
    [file.file, file.journalFile, settings.file, context.layout.tags(file.project, file.stack)].forEach((gone) =>
      context.files.remove(gone),
    );
  });
}

/** The same state under the stack's new name, which is part of every URN and of the root resource's own name. */
function renamed(snapshot: Snapshot, from: StackFile, to: StackFile): Snapshot {
  const root = (stack: string) => `${STACK_TYPE}::${from.project}-${stack}`;
  const text = JSON.stringify(snapshot)
    .replaceAll(`urn:pulumi:${from.stack}::${from.project}::`, `urn:pulumi:${to.stack}::${from.project}::`)
    .replaceAll(`::${root(from.stack)}"`, `::${root(to.stack)}"`);
  return JSON.parse(text) as Snapshot;
}

export function tag(context: CommandContext, words: readonly string[]): Promise<void> {
  const [verb, ...rest] = words;
  const args = new Arguments("stack tag", rest, { json: "switch" });
  const file = context.existing(args);
  const place = context.layout.tags(file.project, file.stack);
  const tags = JSON.parse(context.files.read(place) ?? "{}") as Record<string, string>;
  const [key, value] = args.positional;
  if (verb === "ls") context.stdout(`${JSON.stringify(tags, null, 2)}\n`);
  else if (key === undefined) throw new CommandFailure(exit.error, `error: stack tag ${verb ?? ""} needs a name`);
  else if (verb === "get") {
    if (tags[key] === undefined)
      throw new CommandFailure(exit.error, `error: stack tag '${key}' not found for stack '${args.stack()}'`);
    context.stdout(`${tags[key]}\n`);
  } else if (verb === "set" && value !== undefined)
    context.files.replace(place, JSON.stringify({ ...tags, [key]: value }));
  else if (verb === "rm") {
    const { [key]: _gone, ...others } = tags;
    context.files.replace(place, JSON.stringify(others));
  } else throw new CommandFailure(exit.error, `error: unknown command "stack tag ${verb ?? ""}"`);
  return Promise.resolve();
}

/** Removes all locks; stops nobody (pulumi.md 5.1). */
export function cancel(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("cancel", words, {});
  const file = args.positional[0] === undefined ? context.existing(args) : context.stackFile(args.positional[0]);
  const removed = removeLocks(context.files, context.layout.locks(file.project, file.stack));
  context.stdout(`The currently running update for '${file.stack}' has been canceled! (${removed} lock(s) removed)\n`);
  return Promise.resolve();
}

export function whoAmI(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("whoami", words, { json: "switch" });
  const user = os.userInfo().username;
  context.stdout(
    args.has("json") ? `${JSON.stringify({ user, url: `file://${context.layout.root}` })}\n` : `${user}\n`,
  );
  return Promise.resolve();
}
