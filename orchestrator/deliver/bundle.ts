import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { SlipwayError } from "../errors";
import { fileError } from "../rollout/files";

/** A file of a bundle. */
export interface BundleFile {
  readonly content: string | Uint8Array;
}
/** Path with `/`, from the folder of the bundle → file. */
export type Bundle = ReadonlyMap<string, BundleFile>;

/** In the form `sha256sum --check` reads. */
export const SUMS_FILE = "SHA256SUMS";

const sumOf = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");

/** The bundle with the hash of each of its files (G1.2). @throws Error for a path that leaves the folder. */
export function sealed(bundle: Bundle): Bundle {
  for (const name of bundle.keys())
    if (name !== path.posix.normalize(name) || path.posix.isAbsolute(name) || name.startsWith(".."))
      throw new Error(`${name} is no path within a bundle`);
  const lines = [...bundle].map(([name, { content }]) => `${sumOf(content)}  ${name}\n`);
  return new Map([...bundle, [SUMS_FILE, { content: lines.toSorted(byName).join("") }]]);
}
const byName = (a: string, b: string) => (a.slice(66) < b.slice(66) ? -1 : 1);

/**
 * Writes a sealed bundle in one step: the folder holds the whole of it or what it held before.
 * @throws SlipwayError `bundle-occupied` when the folder holds something that is no bundle.
 */
export function writeBundle(folder: string, bundle: Bundle): void {
  if (existsSync(folder) && !isReplaceable(folder))
    throw new SlipwayError(
      "bundle-occupied",
      `${folder} is there and is no bundle of Slipway; nothing was written`,
      "name another folder with --out, or empty this one",
      "usage",
    );
  const temporary = `${folder}.${process.pid}.tmp`;
  try {
    rmSync(temporary, { recursive: true, force: true });
    for (const [name, { content }] of bundle) {
      const file = path.join(temporary, ...name.split("/"));
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 });
      writeFileSync(file, content, { mode: 0o644 });
    }
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(path.dirname(folder), { recursive: true });
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw fileError(error, folder);
  }
}

function isReplaceable(folder: string): boolean {
  if (!statSync(folder).isDirectory()) return false;
  return readdirSync(folder).length === 0 || existsSync(path.join(folder, SUMS_FILE));
}

/** What is not as it was delivered: `changed a/b`, `missing c`, `added d`. Empty for a whole bundle. */
export function damage(folder: string): string[] {
  const sums = path.join(folder, SUMS_FILE);
  if (!existsSync(sums))
    throw new SlipwayError(
      "bundle-missing",
      `${folder} holds no ${SUMS_FILE}, so it is no bundle`,
      "name the folder that slipway deliver wrote",
      "usage",
    );
  const expected = new Map(
    readFileSync(sums, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );
  const found = new Set(filesBelow(folder).filter((name) => name !== SUMS_FILE));
  return [
    ...[...expected].flatMap(([name, sum]) => {
      if (!found.has(name)) return [`missing ${name}`];
      return sumOf(readFileSync(path.join(folder, name))) === sum ? [] : [`changed ${name}`];
    }),
    ...[...found].filter((name) => !expected.has(name)).map((name) => `added ${name}`),
  ];
}

function filesBelow(folder: string, prefix = ""): string[] {
  return readdirSync(path.join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(prefix, entry.name);
    return entry.isDirectory() ? filesBelow(folder, name) : [name];
  });
}
