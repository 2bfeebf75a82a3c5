import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { SlipwayError } from "../errors";
import { fileError, writeFileWhole } from "./files";
import type { ProcessTable } from "./processes";

/** Who holds an environment, as the lease file says. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Start time of the process, where the platform tells it. */
  readonly started?: string;
  readonly command: string;
  /** RFC 3339; renewed every `HEARTBEAT_SECONDS` while the holder runs. */
  readonly heartbeat: string;
  readonly released?: boolean;
}

export const HEARTBEAT_SECONDS = 10;
/** A holder on another machine counts as dead after so much silence: thirty missed heartbeats. */
export const SILENCE_SECONDS = 300;

export interface Lease {
  /** Set when a dead holder's lease was taken over. */
  readonly takenFrom?: Holder;
  /** Says "still here". Called by a timer of the caller. */
  renew(): void;
  release(): void;
}

export interface LeaseRequest {
  readonly directory: string;
  readonly environment: string;
  readonly command: string;
  readonly processes: ProcessTable;
  now(): Date;
}

/**
 * Takes the environment for this process. Lease files are numbered and appear by hard link, whole and at most once per
 * number, so that of two takers of a dead lease exactly one wins.
 * @throws SlipwayError `lease-held` (refused) naming the live holder.
 */
export function acquireLease(request: LeaseRequest): Lease {
  const { directory, environment, command, processes, now } = request;
  const mine = (): Holder => {
    const started = processes.startedAt(processes.pid);
    return {
      pid: processes.pid,
      host: processes.host,
      ...(started !== undefined && { started }),
      command,
      heartbeat: now().toISOString(),
    };
  };
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (;;) {
      const latest = newest(directory);
      const holder = latest && readHolder(fileOf(directory, latest));
      if (holder && !holder.released && isLive(holder, processes, now())) throw held(environment, holder, request);
      const number = (latest ?? 0) + 1;
      const file = fileOf(directory, number);
      if (!publish(file, JSON.stringify(mine()))) continue;
      // A taker that slept between reading and linking may have reused a number that was cleaned up meanwhile.
      if (newest(directory) !== number) {
        rmSync(file, { force: true });
        continue;
      }
      for (const old of numbers(directory)) if (old < number) rmSync(fileOf(directory, old), { force: true });
      return {
        ...(holder && !holder.released && { takenFrom: holder }),
        renew: () => writeFileWhole(file, JSON.stringify(mine())),
        release: () => writeFileWhole(file, JSON.stringify({ ...mine(), released: true })),
      };
    }
  } catch (error) {
    throw error instanceof SlipwayError ? error : fileError(error, directory);
  }
}

/** The live holder of an environment, for `status`; undefined when it is free. */
export function currentHolder(directory: string, processes: ProcessTable, now: Date): Holder | undefined {
  const latest = newest(directory);
  const holder = latest && readHolder(fileOf(directory, latest));
  return holder && !holder.released && isLive(holder, processes, now) ? holder : undefined;
}

/** Same machine: the process must exist and be the one that wrote the lease. Other machine: only silence tells. */
function isLive(holder: Holder, processes: ProcessTable, now: Date): boolean {
  if (holder.host !== processes.host) {
    return now.getTime() - Date.parse(holder.heartbeat) < SILENCE_SECONDS * 1000;
  }
  if (!processes.alive(holder.pid)) return false;
  const started = processes.startedAt(holder.pid);
  return holder.started === undefined || started === undefined || holder.started === started;
}

function held(environment: string, holder: Holder, { directory }: LeaseRequest): SlipwayError {
  return new SlipwayError(
    "lease-held",
    `${environment} is in use by process ${holder.pid} on ${holder.host} (${holder.command}, last sign of life ${holder.heartbeat})`,
    `wait for that run to end, or stop it there; nothing was touched (lease: ${directory})`,
    "refused",
  );
}

function fileOf(directory: string, number: number): string {
  return path.join(directory, `lease.${number}.json`);
}

function numbers(directory: string): number[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const match = /^lease\.(\d+)\.json$/.exec(name);
    return match ? [Number(match[1])] : [];
  });
}

function newest(directory: string): number | undefined {
  const all = numbers(directory);
  return all.length === 0 ? undefined : Math.max(...all);
}

/** An unreadable lease belongs to nobody: it was written whole, so damage means the disk, not a live writer. */
function readHolder(file: string): Holder | undefined {
  try {
    const value = JSON.parse(readFileSync(file, "utf8")) as Partial<Holder>;
    return typeof value.pid === "number" && typeof value.host === "string" ? (value as Holder) : undefined;
  } catch {
    return undefined;
  }
}

/** Creates `file` with `text` unless it exists: link(2) is atomic and fails on an existing name. */
function publish(file: string, text: string): boolean {
  const temporary = `${file}.${randomUUID()}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600, flag: "wx" });
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}
