import { z } from "zod";
import { SlipwayError } from "../errors";
import { canonical, contentHash, DIGEST } from "./canonical";
import { eventSchema, moment, type LedgerEvent } from "./event";

const entrySchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** From 1, without gaps. */
  sequence: z.int().positive(),
  /** Hash of the entry before; null for the first. */
  previous: z.string().regex(DIGEST).nullable(),
  at: moment,
  /** Who or what wrote it, as the machine says: a hint, no proof. What needs proof carries a signature. */
  by: z.string().min(1),
  event: eventSchema,
  /** Of all the members above. */
  hash: z.string().regex(DIGEST),
});

/** One entry of the ledger. Its hash covers the hash before it, and so all that came before. */
export type Entry = z.infer<typeof entrySchema>;

/** Closes an entry with its hash. */
export function seal(open: Omit<Entry, "hash">): Entry {
  return { ...open, hash: contentHash(open) };
}

/** What an entry's file contains. */
export function entryText(entry: Entry): string {
  return `${canonical(entry)}\n`;
}

/**
 * An entry that follows `last` with this event.
 * @throws SlipwayError `entry-invalid` (usage) for what could not be read back: written, it would break the chain for good.
 */
export function follow(last: Entry | undefined, at: Date, by: string, event: LedgerEvent): Entry {
  const entry = seal({
    schemaVersion: 1,
    sequence: (last?.sequence ?? 0) + 1,
    previous: last?.hash ?? null,
    at: at.toISOString(),
    by,
    event,
  });
  const { success, error } = entrySchema.safeParse(entry);
  if (success) return entry;
  throw new SlipwayError(
    "entry-invalid",
    `this cannot be written into the ledger: ${z.prettifyError(error).replace(/\s+/g, " ")}; nothing was written`,
    "give what it names in the form it names: a reason has words, a time is a moment in UTC",
    "usage",
  );
}

/** What is wrong with a ledger, at which entry. */
export interface Fault {
  readonly sequence: number;
  /**
   * `torn` the last file ends in the middle · `changed` its bytes are not what was written · `unchained` it does not
   * follow the entry before it · `backwards` it is dated before the entry before it · `missing` there are later entries
   * but not this one · `foreign` a file that no entry has.
   */
  readonly kind: "torn" | "changed" | "unchained" | "backwards" | "missing" | "foreign";
  readonly message: string;
}

/**
 * Reads the file of entry number `sequence`, which follows `before` (unknown behind a fault). It is good only to the
 * byte: other white space, a member twice or one more would be another file than the one that was written.
 */
export function parseEntry(bytes: Buffer, sequence: number, before: Entry | undefined | "unknown"): Entry | Fault {
  const fault = (kind: Fault["kind"], message: string): Fault => ({ sequence, kind, message });
  // Every entry ends with a line break, and has no other.
  if (bytes.at(-1) !== 0x0a) return fault("torn", `entry ${sequence} is cut off after ${bytes.length} bytes`);
  let data: unknown;
  try {
    data = JSON.parse(bytes.toString("utf8"));
  } catch {
    return fault("changed", `entry ${sequence} was changed: it is not JSON`);
  }
  const parsed = entrySchema.safeParse(data);
  if (!parsed.success) {
    const why = z.prettifyError(parsed.error).replace(/\s+/g, " ");
    return fault("changed", `entry ${sequence} was changed: it is no ledger entry (${why})`);
  }
  const entry = parsed.data;
  const { hash, ...rest } = entry;
  if (contentHash(rest) !== hash)
    return fault("changed", `entry ${sequence} was changed: its hash is of other content`);
  if (!Buffer.from(entryText(entry)).equals(bytes)) {
    return fault("changed", `entry ${sequence} was changed: it was written anew in another form`);
  }
  return misplaced(entry, sequence, before) ?? entry;
}

function misplaced(entry: Entry, sequence: number, before: Entry | undefined | "unknown"): Fault | undefined {
  if (entry.sequence !== sequence) {
    return { sequence, kind: "unchained", message: `the file of entry ${sequence} holds entry ${entry.sequence}` };
  }
  if (before === "unknown") return undefined;
  if (entry.previous !== (before?.hash ?? null)) {
    const claims = `entry ${sequence} follows ${entry.previous ?? "nothing"}`;
    const is = before === undefined ? "it is the first" : `entry ${sequence - 1} is ${before.hash}`;
    return { sequence, kind: "unchained", message: `${claims}, but ${is}: one of the two was replaced` };
  }
  if (before === undefined || entry.at >= before.at) return undefined;
  const message = `entry ${sequence} is dated ${entry.at}, before entry ${sequence - 1} of ${before.at}`;
  return { sequence, kind: "backwards", message };
}
