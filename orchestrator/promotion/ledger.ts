import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { SlipwayError } from "../errors";
import { fileError } from "../rollout/files";
import { makeFolders } from "../rollout/layout";
import { entryText, follow, parseEntry, type Entry, type Fault } from "./entry";
import type { LedgerEvent } from "./event";
import { createExclusively, UNFINISHED } from "./exclusive";

/** Everything a look at a ledger's folder shows. */
export interface Inspection {
  /** The chain as far as it holds. */
  readonly entries: readonly Entry[];
  readonly faults: readonly Fault[];
  /** Files of writers that died before their entry existed: nothing was ever acknowledged of them. */
  readonly unfinished: readonly string[];
}

/**
 * What ran where, who approved, what was verified: an append-only chain, one file per entry. An entry appears whole and
 * at most once per number, so writers on several machines that share the folder cannot both win, and a kill leaves the
 * chain as it was or one entry longer.
 */
export interface Ledger {
  /** @throws SlipwayError `ledger-corrupt` (refused) naming the first fault. */
  read(): Eventual<readonly Entry[]>;
  /**
   * Appends the event that `decide` makes of the chain. When another writer was faster, it decides again on the longer
   * chain: what it says holds for the very chain it is appended to. Durable when it returns.
   */
  append(by: string, decide: (entries: readonly Entry[]) => LedgerEvent): Eventual<Entry>;
  /** Never throws for what it finds. */
  inspect(): Eventual<Inspection>;
}

/** At once, or after asking another machine: what a folder answers directly, a bucket answers later. */
export type Eventual<T> = T | Promise<T>;

/** A ledger in a folder, which answers at once. */
export interface FolderLedger extends Ledger {
  read(): readonly Entry[];
  append(by: string, decide: (entries: readonly Entry[]) => LedgerEvent): Entry;
  inspect(): Inspection;
}

export interface LedgerRequest {
  readonly folder: string;
  now(): Date;
}

/**
 * Clocks of two machines may differ by so much; a ledger's time never goes back, so within it the later of both holds.
 * Well above what NTP leaves and well below any soak.
 */
export const CLOCK_SKEW_SECONDS = 60;

export function openLedger({ folder, now }: LedgerRequest): FolderLedger {
  const ledger: FolderLedger = {
    inspect: () => inspect(folder),
    read() {
      const { entries, faults } = inspect(folder);
      const [fault] = faults;
      if (fault === undefined) return entries;
      throw new SlipwayError(
        "ledger-corrupt",
        `the ledger in ${folder} cannot be trusted: ${fault.message}; nothing was touched`,
        `slipway ledger verify lists every fault; restore the folder from a copy, entries are never edited`,
        "refused",
      );
    },
    append(by, decide) {
      makeFolders(folder);
      for (;;) {
        const entries = ledger.read();
        const event = decide(entries);
        const last = entries.at(-1);
        const entry = follow(last, stamp(now(), last), by, event);
        const file = path.join(folder, nameOf(entry.sequence));
        try {
          if (createExclusively(file, entryText(entry))) return entry;
        } catch (error) {
          throw fileError(error, file);
        }
      }
    },
  };
  return ledger;
}

/** @throws SlipwayError `clock-behind` when this machine's clock cannot date an entry after the last one. */
export function stamp(now: Date, last: Entry | undefined): Date {
  const latest = last === undefined ? -Infinity : Date.parse(last.at);
  const behind = (latest - now.getTime()) / 1000;
  if (behind <= 0) return now;
  if (behind <= CLOCK_SKEW_SECONDS) return new Date(latest);
  throw new SlipwayError(
    "clock-behind",
    `this machine's clock (${now.toISOString()}) is ${Math.round(behind)} s behind the last ledger entry (${last?.at})`,
    "set the clock (NTP), here or on the machine that wrote that entry: soak and expiry are measured by it",
    "refused",
  );
}

/** Sorted as text and as numbers alike. */
export function nameOf(sequence: number): string {
  return `${String(sequence).padStart(8, "0")}.json`;
}

const ENTRY_FILE = /^(\d{8,})\.json$/;

function inspect(folder: string): Inspection {
  const reading: Reading = { entries: [], faults: [], sequence: 1, before: undefined };
  for (;;) {
    readOn(folder, reading);
    const names = list(folder);
    const later = names
      .filter(isEntryFile)
      .map((name) => Number.parseInt(name, 10))
      .filter((sequence) => sequence >= reading.sequence);
    if (later.length === 0) {
      const unfinished = names.filter((name) => name.endsWith(UNFINISHED));
      const foreign = names
        .filter((name) => !name.endsWith(UNFINISHED) && !isEntryFile(name))
        .map((name): Fault => ({ sequence: 0, kind: "foreign", message: `${name} is no entry's file` }));
      return { entries: reading.entries, faults: [...reading.faults, ...foreign], unfinished };
    }
    // Otherwise it was written by somebody else after we had read to the end: read on.
    if (existsSync(path.join(folder, nameOf(reading.sequence)))) continue;
    const message = `entry ${reading.sequence} is missing, although there is entry ${Math.min(...later)}`;
    reading.faults.push({ sequence: reading.sequence, kind: "missing", message });
    reading.sequence = Math.min(...later);
    reading.before = "unknown";
  }
}

interface Reading {
  /** The chain up to the first fault. */
  readonly entries: Entry[];
  readonly faults: Fault[];
  /** Of the entry to read next, and what it has to follow. */
  sequence: number;
  before: Entry | undefined | "unknown";
}

/** Reads in order until there is no next file. Beyond a fault it goes on, to name every other one. */
function readOn(folder: string, reading: Reading): void {
  for (; ; reading.sequence++) {
    const file = path.join(folder, nameOf(reading.sequence));
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw fileError(error, file);
    }
    const entry = parseEntry(bytes, reading.sequence, reading.before);
    if ("kind" in entry) {
      reading.faults.push(entry);
      reading.before = "unknown";
    } else {
      if (reading.faults.length === 0) reading.entries.push(entry);
      reading.before = entry;
    }
  }
}

export function isEntryFile(name: string): boolean {
  const match = ENTRY_FILE.exec(name);
  return match !== null && nameOf(Number(match[1])) === name && Number(match[1]) > 0;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fileError(error, folder);
  }
}
