import { readHistory } from "../backend/history";
import { hasSecrets, isSecure, resolve, type ResolvedConfig } from "../backend/settings";
import type { Json } from "../model";
import { parsePath } from "../property-path";
import { Arguments } from "./arguments";
import type { CommandContext } from "./context";
import { CommandFailure, exit } from "./failure";

const flags = {
  path: "switch",
  secret: "switch",
  plaintext: "switch",
  json: "switch",
  "show-secrets": "switch",
  force: "switch",
  type: "value",
} as const;

/** `config`, `config get`, `set`, `set-all`, `rm`, `rm-all`, `refresh`. */
export async function config(context: CommandContext, words: readonly string[]): Promise<void> {
  const [verb, ...rest] = words;
  switch (verb) {
    case "get":
      return get(context, rest);
    case "set":
      return set(context, rest);
    case "set-all":
      return setAll(context, rest);
    case "rm":
    case "rm-all":
      return removeKeys(context, rest);
    case "refresh":
      return refresh(context, rest);
    case "env":
    case "cp":
      throw new CommandFailure(
        exit.error,
        `error: config ${verb} is not offered by the built-in engine; use an installed Pulumi CLI (--engine pulumi)`,
      );
    default:
      return show(context, words);
  }
}

function fullKey(context: CommandContext, key: string): string {
  return key.includes(":") ? key : `${context.project.name}:${key}`;
}

async function resolved(context: CommandContext, args: Arguments): Promise<Map<string, ResolvedConfig>> {
  const file = context.existing(args);
  const settings = context.settings(args.stack(), args);
  const values = settings.values(context.project.name);
  const key = [...values.values()].some(hasSecrets) ? await context.key(settings, file) : undefined;
  return new Map([...values].map(([name, value]) => [name, resolve(value, key)]));
}

const described = (value: ResolvedConfig) => ({
  value: value.value,
  ...(value.object === undefined ? {} : { objectValue: value.object }),
  secret: value.secret,
});

async function show(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("config", words, flags);
  if (args.positional.length > 0)
    throw new CommandFailure(exit.error, `error: unknown command "config ${args.positional[0]}"`);
  const shown = [...(await resolved(context, args))].map(([name, value]) => [
    name,
    value.secret && !args.has("show-secrets") ? { secret: true } : described(value),
  ]);
  context.stdout(`${JSON.stringify(Object.fromEntries(shown), null, 2)}\n`);
}

async function get(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("config get", words, flags);
  const asked = args.positional[0] ?? "";
  const file = context.existing(args);
  const settings = context.settings(args.stack(), args);
  const [head, ...path] = args.has("path") ? parsePath(asked) : [asked];
  const whole = settings.values(context.project.name).get(fullKey(context, String(head)));
  const raw = path.reduce<Json | undefined>(
    (node, part) =>
      typeof node === "object" && node !== null && !isSecure(node)
        ? (node as Record<string, Json>)[String(part)]
        : undefined,
    whole,
  );
  if (raw === undefined)
    throw new CommandFailure(exit.error, `error: configuration key '${asked}' not found for stack '${args.stack()}'`);
  const value = resolve(raw, hasSecrets(raw) ? await context.key(settings, file) : undefined);
  context.stdout(args.has("json") ? `${JSON.stringify(described(value))}\n` : `${value.value}\n`);
}

/** One value on its way into the settings file: encrypted when secret, typed when set by path (pulumi.md 8.6). */
async function store(
  context: CommandContext,
  args: Arguments,
  entries: readonly { key: string; value: string; secret: boolean }[],
): Promise<void> {
  const file = context.existing(args);
  const settings = context.settings(args.stack(), args);
  const key = entries.some(({ secret }) => secret) ? await context.key(settings, file) : undefined;
  for (const entry of entries) {
    const stored: Json = entry.secret && key !== undefined ? { secure: key.encrypt(entry.value) } : entry.value;
    if (!args.has("path")) {
      settings.set(settings.keyOf(context.project.name, fullKey(context, entry.key)), stored);
      continue;
    }
    const [head, ...path] = parsePath(entry.key);
    const value = entry.secret || path.length === 0 ? stored : typed(entry.value);
    settings.setPath(settings.keyOf(context.project.name, fullKey(context, String(head))), path, value);
  }
  settings.save();
}

/** As the CLI reads a value set by path: leading zeros make a text, and so does a number JSON cannot hold exactly. */
function typed(text: string): Json {
  if (text === "true" || text === "false") return text === "true";
  return /^(0|-?[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text;
}

async function set(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("config set", words, flags);
  const [key, value] = args.positional;
  if (key === undefined || value === undefined)
    throw new CommandFailure(exit.error, "error: config set needs a key and a value");
  await store(context, args, [{ key, value, secret: args.has("secret") }]);
}

async function setAll(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("config set-all", words, {
    path: "switch",
    secret: "list",
    plaintext: "list",
    json: "value",
  });
  const pair = (secret: boolean) => (text: string) => {
    const cut = text.indexOf("=");
    if (cut < 1) throw new CommandFailure(exit.error, `error: ${text.slice(0, 20)} is not of the form key=value`);
    return { key: text.slice(0, cut), value: text.slice(cut + 1), secret };
  };
  const given = args.value("json");
  const fromJson =
    given === undefined
      ? []
      : Object.entries(JSON.parse(given) as Record<string, { value: string; secret?: boolean }>).map(
          ([key, { value, secret }]) => ({ key, value, secret: secret ?? false }),
        );
  await store(context, args, [
    ...args.list("plaintext").map(pair(false)),
    ...args.list("secret").map(pair(true)),
    ...fromJson,
  ]);
}

function removeKeys(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("config rm", words, flags);
  context.existing(args);
  const settings = context.settings(args.stack(), args);
  for (const name of args.positional) {
    const [head, ...path] = args.has("path") ? parsePath(name) : [name];
    settings.remove(settings.keyOf(context.project.name, fullKey(context, String(head))), path);
  }
  settings.save();
  return Promise.resolve();
}

/** Takes the settings of the last run back out of its history. */
function refresh(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("config refresh", words, flags);
  const file = context.existing(args);
  const [last] = readHistory(context.files, context.layout, file.project, file.stack);
  if (last === undefined) throw new CommandFailure(exit.error, "error: no previous deployment");
  const settings = context.settings(args.stack(), args);
  for (const key of settings.values(file.project).keys()) settings.remove(settings.keyOf(file.project, key));
  for (const [key, entry] of Object.entries(last.config))
    settings.set(
      key,
      entry.secret && !entry.object
        ? { secure: entry.value }
        : entry.object
          ? (JSON.parse(entry.value) as Json)
          : entry.value,
    );
  settings.save();
  return Promise.resolve();
}
