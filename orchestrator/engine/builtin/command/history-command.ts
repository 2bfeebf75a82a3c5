import { readHistory, type HistoryEntry } from "../backend/history";
import { resolve } from "../backend/settings";
import type { Json } from "../model";
import { Arguments } from "./arguments";
import type { CommandContext } from "./context";

/** `stack history --json`: newest first, with secrets only when asked for and the key is at hand. */
export async function history(context: CommandContext, words: readonly string[]): Promise<void> {
  const args = new Arguments("stack history", words, {
    json: "switch",
    "show-secrets": "switch",
    "page-size": "value",
    page: "value",
    "full-dates": "switch",
  });
  const file = context.existing(args);
  const all = readHistory(context.files, context.layout, file.project, file.stack);
  const numbered = all.map((entry, index) => ({ entry, version: all.length - index }));
  const size = args.number("page-size") ?? numbered.length;
  const page = Math.max(1, args.number("page") ?? 1);
  const shown = numbered.slice((page - 1) * size, page * size);
  const needsKey =
    args.has("show-secrets") && shown.some(({ entry }) => Object.values(entry.config).some(({ secret }) => secret));
  const key = needsKey ? await context.key(context.settings(args.stack(), args), file) : undefined;
  const written = shown.map(({ entry, version }) => ({
    kind: entry.kind,
    startTime: iso(entry.startTime),
    message: entry.message,
    environment: entry.environment,
    config: Object.fromEntries(Object.entries(entry.config).map(([name, value]) => [name, describe(value, key)])),
    result: entry.result,
    endTime: iso(entry.endTime),
    resourceChanges: entry.resourceChanges,
    version,
  }));
  context.stdout(
    args.has("json")
      ? `${JSON.stringify(written, null, 2)}\n`
      : written
          .map((entry) => `Version: ${entry.version}  ${entry.kind} ${entry.result} ${entry.startTime}\n`)
          .join(""),
  );
}

function describe(value: HistoryEntry["config"][string], key: Parameters<typeof resolve>[1]) {
  const raw: Json = value.object
    ? (JSON.parse(value.value) as Json)
    : value.secret
      ? { secure: value.value }
      : value.value;
  const opened = resolve(raw, key);
  return {
    value: opened.value,
    secret: value.secret,
    ...(opened.object === undefined ? {} : { objectValue: opened.object }),
  };
}
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
