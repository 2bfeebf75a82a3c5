import { SlipwayError } from "../errors";
import { digestOf } from "../promotion/canonical";

/** Folder of the project whose migrations a release takes along (D1.8). */
export const MIGRATIONS_FOLDER = "migrations";

/** One file of SQL, applied once, in the order of the numbers. */
export interface Migration {
  /** `0012_add_address.sql`. */
  readonly name: string;
  readonly number: number;
  readonly sql: string;
  /** Of its bytes, as the release record has it. */
  readonly checksum: string;
}

const NAME = /^(\d{1,18})_[a-z0-9][a-z0-9_-]*\.sql$/;

/**
 * Migrations of a folder in the order they are applied.
 * @throws SlipwayError `migrations-unordered` for a file whose place nobody can tell: no number, or one that is taken.
 */
export function inOrder(files: readonly { readonly name: string; readonly bytes: Buffer }[]): Migration[] {
  const mistakes: string[] = [];
  const taken = new Map<number, string>();
  const migrations = files
    .filter(({ name }) => name.endsWith(".sql"))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, bytes }): Migration => {
      const number = Number(NAME.exec(name)?.[1]);
      const other = taken.get(number);
      if (Number.isNaN(number)) mistakes.push(`${name} does not begin with a number: 0012_what_it_does.sql`);
      else if (other !== undefined) mistakes.push(`${name} and ${other} have the same number`);
      else taken.set(number, name);
      return { name, number, sql: bytes.toString("utf8"), checksum: digestOf(bytes) };
    });
  if (mistakes.length === 0) return migrations.toSorted((a, b) => a.number - b.number);
  throw new SlipwayError(
    "migrations-unordered",
    `the order of migrations is not plain: ${mistakes.join("; ")}`,
    "name each file by a number of its own, in lower case",
    "usage",
  );
}

/** Checksums by name: what a release record says of migrations. */
export type Checksums = Readonly<Record<string, string>>;

export function checksumsOf(migrations: readonly Migration[]): Record<string, string> {
  return Object.fromEntries(migrations.map(({ name, checksum }) => [name, checksum]));
}

/**
 * Why a list of migrations does not go on from the applied one: what was applied stays as it was, and new ones come
 * after it. Empty when it does. Pure.
 */
export function brokenHistory(applied: Checksums, now: Checksums): string[] {
  const number = (name: string) => Number(NAME.exec(name)?.[1] ?? 0);
  const last = Math.max(0, ...Object.keys(applied).map(number));
  return [
    ...Object.entries(applied).flatMap(([name, checksum]) => {
      if (now[name] === undefined) return [`${name} was applied and is gone`];
      return now[name] === checksum ? [] : [`${name} was applied as ${short(checksum)} and is ${short(now[name])} now`];
    }),
    ...Object.keys(now)
      .filter((name) => applied[name] === undefined && number(name) <= last)
      .map((name) => `${name} is new and comes before what was applied`),
  ];
}
const short = (checksum: string) => checksum.slice(0, "sha256:".length + 12);

/** Migrations that the applied ones do not contain. */
export function pending(migrations: readonly Migration[], applied: Checksums): Migration[] {
  return migrations.filter(({ name }) => applied[name] === undefined);
}
