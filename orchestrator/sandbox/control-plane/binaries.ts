import { execFile } from "node:child_process";
import * as fs from "node:fs";
import path from "node:path";
import { coerce, gte } from "semver";
import { SlipwayError } from "../../errors";
import { cacheRoot, readPart } from "./cache";
import { binaryNames, floors, isMinor, minors, partsOf, type BinaryName, type Minor } from "./versions";

type Variables = Readonly<Record<string, string | undefined>>;

export interface Binary {
  readonly name: BinaryName;
  readonly path: string;
  /** `1.36.3` */
  readonly version: string;
  readonly source: "KUBEBUILDER_ASSETS" | "PATH" | "cache";
}
export interface Search {
  readonly found: readonly Binary[];
  readonly missing: readonly BinaryName[];
  /** Programs that are there and were not taken, each with why, for a person. */
  readonly passedOver: readonly string[];
}
/** Every program of a control plane. */
export interface Binaries {
  readonly paths: Readonly<Record<BinaryName, string>>;
  /** Version of the API server: `1.36.3`. */
  readonly version: string;
}

/** A program that does not say its version in this time is not taken. */
const PATIENCE_MS = 10_000;

/**
 * Looks for the programs of one minor: first in the folder `KUBEBUILDER_ASSETS` names, then on PATH, then among what
 * was built before. A program of another version than the stack's is passed over.
 */
export async function findBinaries(minor: Minor, variables: Variables): Promise<Search> {
  const assets = variables["KUBEBUILDER_ASSETS"];
  const folders = (variables["PATH"] ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const root = cacheRoot(variables);
  const parts = partsOf(minor);
  const passedOver: string[] = [];
  /** The program at a place, when it is there and of a version that fits. */
  const versioned = async (name: BinaryName, file: string): Promise<Omit<Binary, "source"> | undefined> => {
    if (!isProgram(file)) return undefined;
    const version = await versionOf(file);
    if (version !== undefined && fits(name, version, minor)) return { name, path: file, version };
    passedOver.push(`${file} ${version === undefined ? "does not say its version" : `is ${version}`}`);
    return undefined;
  };
  const looked = await Promise.all(
    binaryNames.map(async (name): Promise<Binary | undefined> => {
      const given = assets && path.isAbsolute(assets) ? await versioned(name, path.join(assets, name)) : undefined;
      if (given !== undefined) return { ...given, source: "KUBEBUILDER_ASSETS" };
      for (const folder of folders) {
        const installed = await versioned(name, path.join(folder, name));
        if (installed !== undefined) return { ...installed, source: "PATH" };
      }
      const part = parts.find(({ packages }) => name in packages);
      const built = part && (await readPart(root, part))?.[name];
      if (part === undefined || built === undefined) return undefined;
      return { name, path: built, version: part.packages[name]?.version ?? part.version, source: "cache" };
    }),
  );
  const found = looked.filter((one) => one !== undefined);
  const missing = binaryNames.filter((name) => !found.some((one) => one.name === name));
  return { found, missing, passedOver };
}

/** What a program says of its version; undefined when there is none, or it says nothing. */
export async function versionOf(file: string): Promise<string | undefined> {
  if (!isProgram(file)) return undefined;
  const said = await new Promise<string>((resolve) => {
    execFile(file, ["--version"], { timeout: PATIENCE_MS }, (error, stdout, stderr) =>
      resolve(error === null ? `${stdout}${stderr}` : ""),
    );
  });
  return coerce(/\d+\.\d+\.\d+/.exec(said)?.[0])?.version;
}

function fits(name: BinaryName, version: string, minor: Minor): boolean {
  return name === "etcd" || name === "kwok" ? gte(version, floors[name]) : version.startsWith(`${minor}.`);
}

function isProgram(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Whether a control plane can run here at all: the programs are Unix programs that listen on loopback. */
export const supported = (): boolean => process.platform === "linux" || process.platform === "darwin";

/**
 * All programs of a minor.
 * @throws SlipwayError `control-plane-unsupported` or `control-plane-missing` with how to get them.
 */
export async function requireBinaries(version: string, variables: Variables): Promise<Binaries> {
  const minor = minorOf(version);
  const { found, missing, passedOver } = await findBinaries(minor, variables);
  const others = passedOver.length === 0 ? "" : ` (passed over: ${passedOver.join(", ")})`;
  if (missing.length > 0)
    throw new SlipwayError(
      "control-plane-missing",
      `a real control plane of Kubernetes ${minor} needs ${missing.join(", ")}, which ${missing.length === 1 ? "is" : "are"} neither in KUBEBUILDER_ASSETS, nor on PATH, nor built${others}`,
      `run npm run control-plane${minor === minors[0] ? "" : ` -- ${minor}`}, or take --cluster embedded`,
      "usage",
    );
  return {
    paths: Object.fromEntries(found.map((one) => [one.name, one.path])) as Binaries["paths"],
    version: found.find(({ name }) => name === "kube-apiserver")?.version ?? version,
  };
}

/** True when a control plane of this minor can start without building anything. */
export async function atHand(version: string, variables: Variables): Promise<boolean> {
  if (!supported() || !isMinor(version)) return false;
  return (await findBinaries(version, variables)).missing.length === 0;
}

/** @throws SlipwayError for a platform or a minor that no control plane is known for. */
export function minorOf(version: string): Minor {
  if (!supported())
    throw new SlipwayError(
      "control-plane-unsupported",
      `a real control plane runs on Linux and macOS, not on ${process.platform}`,
      "take --cluster embedded, or run in WSL",
      "usage",
    );
  if (isMinor(version)) return version;
  throw new SlipwayError(
    "control-plane-version",
    `no control plane of Kubernetes ${version} is known; there are ${minors.join(" and ")}`,
    "set cluster.version to one of them, or take --cluster embedded",
    "usage",
  );
}
