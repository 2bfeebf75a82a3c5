import { SlipwayError } from "../../errors";
import { entryText, follow, parseEntry, type Entry, type Fault } from "../entry";
import { isEntryFile, nameOf, stamp, type Inspection, type Ledger } from "../ledger";
import type { Bucket } from "./bucket";

const FOLDER = "ledger";
/** Objects read at once. */
const PARALLEL = 16;

/**
 * The same chain in a bucket: one object per entry, created only where there is none, so of writers anywhere one wins a
 * number and the others decide again. A writer that dies leaves an entry or nothing.
 */
export function openSharedLedger({ bucket, now }: { readonly bucket: Bucket; now(): Date }): Ledger {
  const ledger: Ledger = {
    inspect: () => inspect(bucket),
    async read() {
      const { entries, faults } = await inspect(bucket);
      const [fault] = faults;
      if (fault === undefined) return entries;
      throw new SlipwayError(
        "ledger-corrupt",
        `the ledger in ${bucket.place} cannot be trusted: ${fault.message}; nothing was touched`,
        "slipway ledger verify lists every fault; restore the objects from their versions, entries are never edited",
        "refused",
      );
    },
    async append(by, decide) {
      for (;;) {
        const entries = await ledger.read();
        const event = decide(entries);
        const last = entries.at(-1);
        const entry = follow(last, stamp(now(), last), by, event);
        if (await bucket.create(`${FOLDER}/${nameOf(entry.sequence)}`, entryText(entry))) return entry;
      }
    },
  };
  return ledger;
}

/** A listing is of one moment, and entries only come at the end: what it names is the chain as it was then. */
async function inspect(bucket: Bucket): Promise<Inspection> {
  const names = await bucket.names(FOLDER);
  const faults: Fault[] = names
    .filter((name) => !isEntryFile(name))
    .map((name) => ({ sequence: 0, kind: "foreign", message: `${name} is no entry's object` }));
  const numbers = names.filter(isEntryFile).map((name) => Number.parseInt(name, 10));
  const entries: Entry[] = [];
  const found: Fault[] = [];
  let before: Entry | undefined | "unknown";
  let next = 1;
  for (let start = 0; start < numbers.length; start += PARALLEL) {
    const part = numbers.slice(start, start + PARALLEL);
    const contents = await Promise.all(part.map((sequence) => bucket.get(`${FOLDER}/${nameOf(sequence)}`)));
    for (const [index, sequence] of part.entries()) {
      const bytes = contents[index];
      if (sequence !== next || bytes === undefined) {
        const message = `entry ${next} is missing, although there is entry ${sequence}`;
        found.push({ sequence: next, kind: "missing", message });
        before = "unknown";
      }
      next = sequence + 1;
      if (bytes === undefined) continue;
      const entry = parseEntry(bytes, sequence, before);
      if ("kind" in entry) {
        found.push(entry);
        before = "unknown";
      } else {
        if (found.length === 0) entries.push(entry);
        before = entry;
      }
    }
  }
  return { entries, faults: [...found, ...faults], unfinished: [] };
}
