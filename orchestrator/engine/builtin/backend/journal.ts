import { crc32 } from "node:zlib";
import { SlipwayError } from "../../../errors";
import type { PendingOperation, PendingToken, ResourceState, Snapshot, StateChange, StepWriter } from "../model";
import { equal } from "../values";
import { unusable, type Appender } from "./files";
import type { Vault } from "./vault";

/**
 * One line of the state journal. States are named by their place: `b3` is the fourth of the checkpoint the journal
 * belongs to, `n7` the eighth that was put since.
 */
type Line =
  | { journal: 1; magic: string }
  | { begin: number; type: PendingOperation["type"]; resource: ResourceState }
  | { end?: number; put?: [string, ResourceState][]; drop?: string[]; swap?: [string, string, ResourceState][] };

/** A line as it stands in the file: its checksum, so that damage never reads as a state, then the record. */
function written(line: Line): string {
  const record = JSON.stringify(line);
  return `${checksum(record)} ${record}\n`;
}
const checksum = (record: string) => crc32(record).toString(16).padStart(8, "0");

/** The record of a complete line; undefined when the line is damaged. */
function read(raw: string): Line | undefined {
  const record = raw.slice(9);
  return raw[8] === " " && raw.slice(0, 8) === checksum(record) ? (JSON.parse(record) as Line) : undefined;
}

/** The checkpoint a journal belongs to, from its first line; undefined when not even that line was completed. */
export function belongsTo(journal: string): string | undefined {
  const end = journal.indexOf("\n");
  const line = end < 0 ? undefined : read(journal.slice(0, end));
  return line !== undefined && "journal" in line ? line.magic : undefined;
}

/**
 * Records each step beside the checkpoint in constant time.
 *
 * Killed (SIGKILL, out of memory): every acknowledged record is there; a record cut short is dropped on the next read.
 * Power lost: every acknowledged record is there as well, because it was synced to the disk before; of records that
 * were not yet acknowledged any part may be there, and if that part is not just a last line cut short the next read
 * refuses and names the line. Records of parallel steps share one write and one sync.
 *
 * Whatever cannot be written fails the step that waits for it and every later one: after a write that was cut short
 * nothing more is appended, so that the damage stays at the end.
 */
export class JournalWriter implements StepWriter {
  private readonly names = new Map<ResourceState, string>();
  private next = 0;
  private serial = 0;
  private buffer = "";
  private queued: Promise<void> | undefined;
  private settled: Promise<void> = Promise.resolve();
  private broken: SlipwayError | undefined;

  constructor(
    private readonly appender: Appender,
    private readonly file: string,
    private readonly vault: Vault,
    base: Snapshot,
    magic: string,
  ) {
    base.resources.forEach((state, index) => this.names.set(state, `b${index}`));
    this.buffer = written({ journal: 1, magic });
  }

  async begin(pending: PendingOperation): Promise<PendingToken> {
    const serial = this.serial++;
    await this.append({ begin: serial, type: pending.type, resource: this.vault.sealState(pending.resource) });
    return { serial };
  }

  async commit(change: StateChange, token?: PendingToken): Promise<void> {
    const [put, drop] = [change.put ?? [], change.drop ?? []];
    const [added, gone] = [put[0], drop[0]];
    if (
      token === undefined &&
      change.swap === undefined &&
      put.length === 1 &&
      drop.length === 1 &&
      added &&
      gone &&
      unchanged(added, gone)
    ) {
      this.names.set(added, this.name(gone));
      return;
    }
    const line: Line = {
      ...(token === undefined ? {} : { end: token.serial }),
      ...(drop.length === 0 ? {} : { drop: drop.map((state) => this.name(state)) }),
      ...(change.swap === undefined
        ? {}
        : {
            swap: change.swap.map(([before, after]) => [
              this.name(before),
              this.give(after),
              this.vault.sealState(after),
            ]),
          }),
      ...(put.length === 0 ? {} : { put: put.map((state) => [this.give(state), this.vault.sealState(state)]) }),
    };
    if (Object.keys(line).length > 0) await this.append(line);
  }

  private name(state: ResourceState): string {
    const name = this.names.get(state);
    if (name === undefined) throw new Error(`state of ${state.urn} is not part of this snapshot`);
    return name;
  }
  private give(state: ResourceState): string {
    const name = `n${this.next++}`;
    this.names.set(state, name);
    return name;
  }

  private append(line: Line): Promise<void> {
    this.buffer += written(line);
    return this.flush();
  }

  /** Joins the flush that waits for the one under way, or becomes it: that is what makes parallel steps share a sync. */
  private flush(): Promise<void> {
    this.queued ??= this.settled.then(() => {
      const text = this.buffer;
      this.buffer = "";
      this.queued = undefined;
      const flushed = this.persist(text);
      this.settled = flushed.catch(() => undefined);
      return flushed;
    });
    return this.queued;
  }

  private async persist(text: string): Promise<void> {
    if (this.broken !== undefined) throw this.broken;
    try {
      await this.appender.write(text);
      await this.appender.sync();
    } catch (error) {
      this.broken = unusable("write", this.file, error as NodeJS.ErrnoException);
      throw this.broken;
    }
  }

  async close(): Promise<void> {
    await this.settled;
    await this.appender.close();
  }
}

function unchanged(now: ResourceState, before: ResourceState): boolean {
  if (now === before) return true;
  const { modified: _m, created: _c, sourcePosition: _p, ...a } = now;
  const { modified: _mb, created: _cb, sourcePosition: _pb, ...b } = before;
  return equal(a as never, b as never);
}

/**
 * The snapshot that a checkpoint and the journal beside it describe. A torn last line is the mark of a crash and is
 * dropped: what it would have said was never acknowledged. Damage anywhere else is an error.
 */
export function replay(base: Snapshot, text: string, magic: string, file: string, vault: Vault): Snapshot {
  const lines = text.split("\n");
  // Every complete record ends in a newline: what follows the last one was never acknowledged.
  lines.pop();
  const places = new Map<string, string>();
  const states = new Map<string, ResourceState>(base.resources.map((state, index) => [`b${index}`, state]));
  const order: string[] = base.resources.map((_, index) => `b${index}`);
  const finished: string[] = [];
  const pending = new Map<number, PendingOperation>();
  lines.forEach((raw, index) => {
    const line = read(raw);
    if (line === undefined) throw corrupt(file, index + 1, "it does not match its checksum");
    if ("journal" in line !== (index === 0)) throw corrupt(file, index + 1, "it is out of place");
    if ("journal" in line) {
      if (line.magic !== magic) throw corrupt(file, index + 1, "it belongs to another checkpoint");
      return;
    }
    if ("begin" in line) {
      pending.set(line.begin, { type: line.type, resource: vault.openState(line.resource) });
      return;
    }
    for (const name of line.drop ?? []) {
      if (!states.delete(name)) throw corrupt(file, index + 1, `it drops ${name}, which is not there`);
    }
    for (const [before, after, state] of line.swap ?? []) {
      if (!states.delete(before)) throw corrupt(file, index + 1, `it exchanges ${before}, which is not there`);
      states.set(after, vault.openState(state));
      places.set(before, after);
    }
    for (const [name, state] of line.put ?? []) {
      states.set(name, vault.openState(state));
      finished.push(name);
    }
    if (line.end !== undefined) pending.delete(line.end);
  });
  const last = (name: string): string => {
    let here = name;
    for (let next = places.get(here); next !== undefined; next = places.get(here)) here = next;
    return here;
  };
  const resources = [...finished, ...order]
    .map((name) => states.get(last(name)))
    .filter((state) => state !== undefined);
  return {
    resources: ordered(resources),
    pending: [...base.pending.filter(({ type }) => type === "creating"), ...pending.values()],
  };
}

/** Moves each state behind what it needs, and otherwise nothing: the order the deployment format demands. */
export function ordered(resources: readonly ResourceState[]): ResourceState[] {
  const byUrn = new Map<string, ResourceState>();
  for (const state of resources) if (!state.delete) byUrn.set(state.urn, state);
  const placed = new Set<ResourceState>();
  const result: ResourceState[] = [];
  const place = (state: ResourceState): void => {
    if (placed.has(state)) return;
    placed.add(state);
    for (const urn of needsOf(state)) {
      const need = byUrn.get(urn);
      if (need !== undefined && need !== state) place(need);
    }
    result.push(state);
  };
  resources.forEach(place);
  return result;
}

function* needsOf(state: ResourceState): Iterable<string> {
  if (state.provider) yield state.provider.slice(0, state.provider.lastIndexOf("::"));
  if (state.parent) yield state.parent;
  yield* state.dependencies ?? [];
  for (const urns of Object.values(state.propertyDependencies ?? {})) yield* urns;
  if (state.deletedWith) yield state.deletedWith;
}

function corrupt(file: string, line: number, why: string): SlipwayError {
  return new SlipwayError(
    "state-corrupt",
    `the state journal ${file} is damaged at line ${line}: ${why}`,
    "nothing was changed; restore the file and its checkpoint from a backup, or move both aside and import a known state",
    "refused",
  );
}
