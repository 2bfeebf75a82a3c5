import { createHash } from "node:crypto";
import * as fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { SlipwayError } from "../../errors";
import type { BinaryName, Part, ToolName } from "./versions";

type Variables = Readonly<Record<string, string | undefined>>;

/** Where the definitions of the Go modules lie. */
export const modulesFolder = path.join(__dirname, "modules");

/** What a finished build left beside its programs. */
interface Manifest {
  readonly part: string;
  readonly version: string;
  readonly go: string;
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly size: number }>>;
}
const MANIFEST = "manifest.json";

/** The user's cache folder for built programs: `$XDG_CACHE_HOME/slipway/control-plane`, else below `~/.cache`. */
export function cacheRoot(variables: Variables): string {
  const given = variables["XDG_CACHE_HOME"];
  const base =
    given !== undefined && path.isAbsolute(given) ? given : path.join(variables["HOME"] ?? os.homedir(), ".cache");
  return path.join(base, "slipway", "control-plane");
}

/**
 * Folder of one finished part. Its name holds the version and a digest of everything that decides what is built, so a
 * change of a pin is another folder and never a stale program.
 */
export function partFolder(root: string, part: Part): string {
  const hash = createHash("sha256").update(JSON.stringify([part.packages, part.linked, process.arch]));
  for (const file of ["go.mod", "go.sum"]) hash.update(fs.readFileSync(path.join(modulesFolder, part.name, file)));
  const digest = hash.digest("hex").slice(0, 12);
  return path.join(root, `${part.name}-v${part.version}-${process.platform}-${process.arch}-${digest}`);
}

/**
 * Programs of a finished part; undefined when it is not built. Sizes are compared at every start, contents on request:
 * reading 360 MB takes a second.
 * @throws SlipwayError `control-plane-cache-damaged` when a file is not what was built, `control-plane-cache-open`
 * when somebody else could have put it there.
 */
export async function readPart(
  root: string,
  part: Part,
  { contents = false } = {},
): Promise<Partial<Record<BinaryName | ToolName, string>> | undefined> {
  const folder = partFolder(root, part);
  const manifest = readManifest(folder);
  if (manifest === undefined) return undefined;
  guardOwner(folder);
  const found: Partial<Record<BinaryName | ToolName, string>> = {};
  for (const name of Object.keys(part.packages) as (BinaryName | ToolName)[]) {
    const file = path.join(folder, name);
    const wanted = manifest.files[name];
    const size = fs.statSync(file, { throwIfNoEntry: false })?.size;
    const sound =
      wanted !== undefined && size === wanted.size && (!contents || (await digestOf(file)) === wanted.sha256);
    if (!sound)
      throw new SlipwayError(
        "control-plane-cache-damaged",
        `${file} is not the program that was built (its size or checksum differs)`,
        `remove ${folder} and run npm run control-plane`,
      );
    found[name] = file;
  }
  return found;
}

function readManifest(folder: string): Manifest | undefined {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, MANIFEST), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

/** What is run from here must be the user's own and nobody else's to change. */
function guardOwner(folder: string): void {
  const { uid, mode } = fs.statSync(folder);
  const own = process.getuid?.() ?? uid;
  if (uid === own && (mode & 0o022) === 0) return;
  throw new SlipwayError(
    "control-plane-cache-open",
    `${folder} belongs to or can be written by another user, so its programs are not run`,
    `remove it, or make it yours alone: chown and chmod 700 ${folder}`,
    "refused",
  );
}

/** Seals a folder of built programs: checksums beside them, everything on disk. */
export async function writeManifest(folder: string, part: Part, go: string): Promise<void> {
  const files: Record<string, { sha256: string; size: number }> = {};
  for (const name of Object.keys(part.packages)) {
    const file = path.join(folder, name);
    fs.chmodSync(file, 0o700);
    files[name] = { sha256: await digestOf(file), size: fs.statSync(file).size };
  }
  const manifest: Manifest = { part: part.name, version: part.version, go, files };
  fs.writeFileSync(path.join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(fs.createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}
