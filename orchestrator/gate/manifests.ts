import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { parse, Splitter, subjectsOf } from "../../policy/manifest/read";
import type { Subject } from "../../policy/subject";
import { SlipwayError } from "../errors";

/** Every manifest below the paths, in the order of their names; `-` stays what it is. */
function filesOf(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    if (name === "-") return [name];
    if (!existsSync(name))
      throw new SlipwayError("path-not-found", `there is no ${name}`, "correct the path; - is standard input", "usage");
    return statSync(name).isDirectory() ? manifestsIn(name) : [name];
  });
}

function manifestsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== "node_modules" && !name.startsWith("."))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inside = path.join(folder, entry.name);
      if (entry.isDirectory()) return manifestsIn(inside);
      return /\.(?:ya?ml|json)$/.test(entry.name) ? [inside] : [];
    });
}

/** A file as it is read, so that its size does not matter. */
function piecesOf(file: string, stdin: NodeJS.ReadableStream): AsyncIterable<string> {
  const source = file === "-" ? stdin : createReadStream(file);
  source.setEncoding("utf8");
  return source as AsyncIterable<string>;
}

/** Every document of the files as it is read, by the name a person knows its file by. */
export async function eachDocument(
  names: readonly string[],
  stdin: NodeJS.ReadableStream,
  tell: (file: string, text: string, line: number) => void,
): Promise<void> {
  for (const file of filesOf(names)) {
    const splitter = new Splitter();
    const told = file === "-" ? "stdin" : file;
    for await (const piece of piecesOf(file, stdin))
      for (const { text, line } of splitter.push(piece)) tell(told, text, line);
    for (const { text, line } of splitter.end()) tell(told, text, line);
  }
}

/**
 * The objects of the files, for commands that need all of them at once.
 *
 * @throws SlipwayError `manifest-unreadable` for a document that is no YAML or JSON, `nothing-to-judge` without an object
 */
export async function readManifests(names: readonly string[], stdin: NodeJS.ReadableStream): Promise<Subject[]> {
  const subjects: Subject[] = [];
  let skipped = 0;
  await eachDocument(names, stdin, (file, text, line) => {
    const found = subjectsOf(readable(file, text, line), file, line);
    if (found === undefined) skipped++;
    else subjects.push(...found);
  });
  if (subjects.length === 0) throw nothing(names, skipped);
  return subjects;
}

/** A document as data. @throws SlipwayError `manifest-unreadable` that says where and why. */
export function readable(file: string, text: string, line: number): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new SlipwayError(
      "manifest-unreadable",
      `${file}:${line} cannot be read: ${(cause as Error).message}`,
      "correct the document",
      "failure",
      { cause },
    );
  }
}

/** A pipeline whose renderer printed nothing must not pass for one whose manifests are in order. */
export const nothing = (names: readonly string[], skipped: number) =>
  new SlipwayError(
    "nothing-to-judge",
    `there is no Kubernetes object in ${names.map((name) => (name === "-" ? "standard input" : name)).join(", ")}` +
      (skipped > 0 ? `, only ${skipped} other document(s)` : ""),
    "name files or folders of rendered manifests (.yaml, .yml, .json); helm template and kubectl kustomize render them",
    "usage",
  );
