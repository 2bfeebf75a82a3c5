/**
 * Text of a database as `pg_dump` writes it, line by line: rows stand between `COPY table (columns) FROM stdin;` and
 * `\.`, fields apart by tabs (https://www.postgresql.org/docs/18/sql-copy.html, text format).
 */
export interface Block {
  /** `public.users`. */
  readonly table: string;
  readonly columns: readonly string[];
}

const COPY = /^COPY ((?:"[^"]+"|[a-z0-9_]+)(?:\.(?:"[^"]+"|[a-z0-9_]+))?) \((.*)\) FROM stdin;$/;
/** End of a block of rows. */
export const END = "\\.";
/** NULL in a field. */
const NULL = "\\N";

/** The block a line opens; undefined for any other line. */
export function blockOf(line: string): Block | undefined {
  const match = COPY.exec(line);
  if (match === null) return undefined;
  const bare = (name: string) => name.replaceAll('"', "");
  return { table: bare(match[1] ?? ""), columns: (match[2] ?? "").split(", ").map(bare) };
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** Fields of a row; undefined is NULL. */
export function fieldsOf(row: string): (string | undefined)[] {
  return row
    .split("\t")
    .map((field) =>
      field === NULL ? undefined : field.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter),
    );
}

/** A row of these fields. */
export function rowOf(fields: readonly (string | undefined)[]): string {
  const letters = new Map(Object.entries(ESCAPES).map(([letter, character]) => [character, letter]));
  return fields
    .map((field) =>
      field === undefined
        ? NULL
        : field.replace(/[\b\f\n\r\t\v\\]/g, (character) => `\\${letters.get(character) ?? character}`),
    )
    .join("\t");
}
