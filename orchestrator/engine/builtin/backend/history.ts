import * as path from "node:path";
import type { Files } from "./files";
import type { Layout } from "./layout";

/** Config as history keeps it: secrets encrypted. */
export type HistoryConfig = Record<string, { value: string; secret: boolean; object?: boolean }>;
export interface HistoryEntry {
  kind: string;
  /** Unix seconds. */
  startTime: number;
  endTime: number;
  message: string;
  environment: Record<string, string>;
  config: HistoryConfig;
  version: number;
  result: "succeeded" | "failed";
  resourceChanges: Record<string, number>;
}

/** Written at the end of every real run, failed and cancelled ones too (pulumi.md 5.2). */
export function recordHistory(
  files: Files,
  layout: Layout,
  project: string,
  stack: string,
  entry: HistoryEntry,
  checkpoint: string,
  nanos: bigint,
): void {
  const name = `${stack}-${nanos}`;
  files.replace(path.join(layout.history(project, stack), `${name}.history.json`), JSON.stringify(entry));
  files.replace(path.join(layout.history(project, stack), `${name}.checkpoint.json`), checkpoint);
  files.replace(path.join(layout.backups(project, stack), `${stack}.${nanos}.json`), checkpoint);
}

/** A renamed stack keeps its history; its backups stay what they are, copies of a stack of the old name. */
export function moveHistory(files: Files, layout: Layout, project: string, from: string, to: string): void {
  const folder = layout.history(project, from);
  for (const name of files.list(folder)) {
    const text = files.read(path.join(folder, name));
    if (text !== undefined && name.startsWith(`${from}-`))
      files.replace(path.join(layout.history(project, to), `${to}${name.slice(from.length)}`), text);
  }
  files.remove(folder);
}

/** Newest first. */
export function readHistory(files: Files, layout: Layout, project: string, stack: string): HistoryEntry[] {
  const folder = layout.history(project, stack);
  const names = files.list(folder).filter((name) => name.endsWith(".history.json"));
  return names.reverse().flatMap((name) => {
    const text = files.read(path.join(folder, name));
    return text === undefined ? [] : [JSON.parse(text) as HistoryEntry];
  });
}
