import { createHash, randomBytes } from "node:crypto";
import { SlipwayError } from "../errors";
import { blockOf, END, fieldsOf, rowOf, type Block } from "./copy";
import { pseudonyms } from "./pseudonym";
import { kindsIn } from "./scan";
import type { AnonymisationRules, Treatment } from "./rules";

/** Where the result is kept until it is known to be clean. */
export interface Draft {
  write(line: string): Promise<void> | void;
  /** What was written, from the beginning. */
  lines(): AsyncIterable<string>;
}

export interface Refreshed {
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Fields that were replaced. */
  readonly replaced: number;
}

/** More would help nobody to find the column. */
const MOST_PLACES = 20;

/**
 * Turns a dump of production into one for staging: every column is replaced as the rules say, then the draft is read
 * again and scanned. There is no way around either (C4.5); the draft is of use only when this has ended well.
 *
 * @throws SlipwayError `column-unclassified` for a column nobody looked at, `personal-data-found` when the scan finds
 * anything, `dump-invalid` for what is no dump.
 */
export async function refresh(
  dump: AsyncIterable<string>,
  rules: AnonymisationRules,
  draft: Draft,
  key: Buffer = randomBytes(32),
): Promise<Refreshed> {
  const replace = pseudonyms(key);
  const rows: Record<string, number> = {};
  const sources = new Set<string>();
  let replaced = 0;
  const known = new Map<Block, readonly Treatment[]>();
  for await (const piece of piecesOf(dump)) {
    const { block, fields, line } = piece;
    if (fields === undefined || block === undefined) {
      if (block !== undefined) {
        known.set(block, treatmentsOf(block, rules));
        rows[block.table] ??= 0;
      }
      await draft.write(line);
      continue;
    }
    rows[block.table] = (rows[block.table] ?? 0) + 1;
    const treatments = known.get(block) ?? [];
    const result = fields.map((field, index) => {
      const treatment = treatments[index] ?? "null";
      if (field === undefined || treatment === "keep") return field;
      if (isTelling(field)) sources.add(hash(field));
      replaced += 1;
      return treatment === "null" ? undefined : replace.of(treatment, field);
    });
    await draft.write(rowOf(result));
  }
  await requireClean(draft.lines(), sources);
  return { rows, replaced };
}

/** A line of a dump: a row of a block with its fields, the line that opens a block, or any other. */
interface Piece {
  readonly line: string;
  readonly number: number;
  readonly block?: Block;
  readonly fields?: readonly (string | undefined)[];
}

async function* piecesOf(lines: AsyncIterable<string>): AsyncIterable<Piece> {
  let block: Block | undefined;
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (block !== undefined && line !== END) {
      const fields = fieldsOf(line);
      if (fields.length !== block.columns.length)
        throw invalid(number, `${fields.length} fields in a table of ${block.columns.length} columns`);
      yield { line, number, block, fields };
      continue;
    }
    const opened = block === undefined ? blockOf(line) : undefined;
    if (block === undefined && opened === undefined) {
      if (/^COPY .* FROM stdin;$/.test(line)) throw invalid(number, "a COPY of a form nobody knows");
      if (/^INSERT INTO /.test(line)) throw invalid(number, "rows as INSERT; dump without --inserts");
    }
    block = opened;
    yield { line, number, ...(opened !== undefined && { block: opened }) };
  }
  if (block !== undefined) throw invalid(number, `${block.table} has no end: the dump was cut off`);
  if (number === 0) throw invalid(0, "it is empty");
}

/**
 * Looks for personal data in what would be written: by its form, and for values that were to be replaced and stand
 * somewhere else as well. Says where and never what.
 */
async function requireClean(lines: AsyncIterable<string>, sources: ReadonlySet<string>): Promise<void> {
  let count = 0;
  const places = new Set<string>();
  const look = (value: string, place: string) => {
    const kinds = [...kindsIn(value), ...(sources.has(hash(value)) ? ["a value that was to be replaced"] : [])];
    count += kinds.length;
    for (const kind of kinds) if (places.size <= MOST_PLACES) places.add(`${kind} in ${place}`);
  };
  for await (const { line, block, fields } of piecesOf(lines)) {
    if (fields === undefined || block === undefined) look(line, "the text between tables");
    else
      fields.forEach((field, index) => {
        if (field !== undefined) look(field, `${block.table}.${block.columns[index] ?? ""}`);
      });
  }
  if (count === 0) return;
  const shown = [...places].slice(0, MOST_PLACES).join("; ");
  throw new SlipwayError(
    "personal-data-found",
    `${count} values of the result look like personal data: ${shown}${places.size > MOST_PLACES ? "; …" : ""}`,
    "give these columns a treatment that replaces them; nothing was written",
  );
}

/** Short values, and short numbers, stand in every text by chance. */
const isTelling = (value: string) => value.length >= (/^\d+$/.test(value) ? 9 : 6);
/** A hash and no more is kept of a value. */
const hash = (value: string) => createHash("sha256").update(value.trim().toLowerCase()).digest("base64");

function treatmentsOf({ table, columns }: Block, { tables }: AnonymisationRules): Treatment[] {
  const known = tables[table];
  const missing = columns.filter((column) => known?.[column] === undefined);
  if (missing.length === 0) return columns.map((column) => known?.[column] ?? "null");
  throw new SlipwayError(
    "column-unclassified",
    `nobody said what becomes of ${missing.map((column) => `${table}.${column}`).join(", ")}; nothing was written`,
    "look at each, and give it a treatment: keep when nothing in it is personal",
  );
}

function invalid(line: number, why: string): SlipwayError {
  return new SlipwayError(
    "dump-invalid",
    `the dump cannot be read at line ${line}: ${why}; nothing was written`,
    "take a plain dump with pg_dump, whole and without --inserts",
  );
}
