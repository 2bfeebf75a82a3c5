import { accessSync, constants, existsSync, mkdirSync, statfsSync } from "node:fs";
import path from "node:path";
import type { DoctorItem } from "../rollout/context";
import type { Shell } from "./shell";

/** undici 8, below @kubernetes/client-node 2, sets this floor; package.json pins a newer one where it can. */
const NODE_FLOOR = [22, 19] as const;

/** A full rehearsal with checkpoints, backups and reports of three environments stays well below this. */
const DISK_FLOOR_MIB = 512;

export interface MachineRequest {
  readonly root: string;
  readonly stateDirectory: string;
  readonly target: "rehearsal" | "aws";
  readonly nodeVersion: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly shell: Shell;
}

/** What must hold on this machine whatever the environment (A0.1). Touches nothing but the state directory. */
export async function examineMachine(request: MachineRequest): Promise<DoctorItem[]> {
  return [
    node(request.nodeVersion),
    await repository(request),
    stateDirectory(request.stateDirectory),
    disk(request.stateDirectory),
    ...(request.target === "aws" ? [passphrase(request.variables)] : []),
  ];
}

function node(version: string): DoctorItem {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const enough = major > NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor >= NODE_FLOOR[1]);
  const item = { name: "Node", requirement: "A0.3", detail: version };
  if (enough) return { ...item, status: "ok" };
  return {
    ...item,
    status: "missing",
    detail: `${version} is older than ${NODE_FLOOR.join(".")}`,
    remedy: `install Node ${NODE_FLOOR.join(".")} or newer`,
  };
}

async function repository({ root, shell }: MachineRequest): Promise<DoctorItem> {
  const item = { name: "Git repository", requirement: "A0.1" };
  const head = await shell("git", ["-C", root, "rev-parse", "--short", "HEAD"]);
  if (head.ok) return { ...item, status: "ok", detail: `${root} at ${head.text}` };
  return {
    ...item,
    status: "missing",
    detail: head.absent ? "git is not installed" : `${root} is not a Git repository with a commit`,
    remedy: head.absent
      ? "install Git"
      : "clone the repository, or run git init and commit: what is built must be a known version",
  };
}

function stateDirectory(directory: string): DoctorItem {
  const item = { name: "state directory", requirement: "A0.1" };
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.W_OK | constants.R_OK | constants.X_OK);
    return { ...item, status: "ok", detail: `${directory} is writable` };
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    return {
      ...item,
      status: "missing",
      detail: `${directory} cannot be written (${why})`,
      remedy: "give the current user write access to it, or choose another folder with --state-dir",
    };
  }
}

function disk(directory: string): DoctorItem {
  const item = { name: "free disk", requirement: "A0.1" };
  let folder = path.resolve(directory);
  while (!existsSync(folder) && folder !== path.dirname(folder)) folder = path.dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  if (free >= DISK_FLOOR_MIB) return { ...item, status: "ok", detail: `${free} MiB` };
  return {
    ...item,
    status: "missing",
    detail: `${free} MiB free under ${folder}, ${DISK_FLOOR_MIB} MiB needed`,
    remedy: "free space there, or choose another disk with --state-dir",
  };
}

function passphrase(variables: MachineRequest["variables"]): DoctorItem {
  const item = { name: "secrets passphrase", requirement: "A0.1" };
  const names = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"];
  const set = names.find((name) => variables[name] !== undefined);
  if (set !== undefined) return { ...item, status: "ok", detail: `${set} is set` };
  return {
    ...item,
    status: "missing",
    detail: `neither ${names.join(" nor ")} is set, and a real stack's secrets need it`,
    remedy: `export ${names[1]} with the path of a file that holds the passphrase`,
  };
}
