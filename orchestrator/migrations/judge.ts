import { NOTHING, ruleTexts, type Deed, type Reading, type RuleName } from "./rules";
import { joined } from "./alter-table";
import type { Migration } from "./migration";
import { read } from "./read";
import { statementsOf, type Statement } from "./statement";

/** Something a migration does that the previous version of the application, or its users, would suffer from. */
export interface Finding {
  readonly migration: string;
  readonly line: number;
  /** `unreadable` for SQL that Postgres would refuse. */
  readonly rule: RuleName | "unreadable";
  readonly requirement: string;
  /** What it does, why not, and how to do it safely. */
  readonly message: string;
  /** Why somebody let it pass; such a finding does not count. */
  readonly allowed?: string;
}

/** Which migrations are judged; the ones before them tell what stands. */
export interface JudgeRequest {
  readonly migrations: readonly Migration[];
  /** Names of those that are new: one release, in which a drop and its successor may not be together. */
  readonly pending: ReadonlySet<string>;
  /** Every migration is a release of its own: where nobody says which are new. */
  readonly apart?: boolean;
}

interface Judged {
  readonly migration: Migration;
  readonly statements: readonly { readonly statement: Statement; readonly reading: Reading }[];
}

/**
 * Judges migrations by the rules of compatibility with the previous version (D3.1 to D3.4), with the parser of Postgres
 * itself. The same migrations give the same findings.
 */
export async function judge({ migrations, pending, apart = false }: JudgeRequest): Promise<Finding[]> {
  const findings: Finding[] = [];
  const all: Judged[] = [];
  for (const migration of migrations) {
    const statements = await statementsOf(migration.sql);
    if (Array.isArray(statements)) {
      all.push({
        migration,
        statements: statements.map((statement) => ({ statement, reading: read(statement.node) })),
      });
    } else if (pending.has(migration.name)) {
      const { line, message } = statements as { line: number; message: string };
      findings.push({
        migration: migration.name,
        line,
        rule: "unreadable",
        requirement: "D3.5",
        message: `Postgres does not read it: ${message}. Correct the SQL`,
      });
    }
  }
  const fresh = all.filter(({ migration }) => pending.has(migration.name));
  for (const one of fresh) {
    const release = sum(apart ? [one] : fresh);
    findings.push(...judgeOne(one, release, all.slice(0, all.indexOf(one))));
  }
  return findings.toSorted((a, b) =>
    a.migration === b.migration ? a.line - b.line : a.migration < b.migration ? -1 : 1,
  );
}

const sum = (judged: readonly Judged[]): Reading =>
  judged.flatMap(({ statements }) => statements.map(({ reading }) => reading)).reduce(joined, NOTHING);

/** Findings of one migration, knowing its release and what was there before it. */
function judgeOne({ migration, statements }: Judged, release: Reading, before: readonly Judged[]): Finding[] {
  const past = sum(before);
  const proven = new Set(
    past.validates.flatMap((constraint) => {
      const column = past.guards[constraint];
      return column === undefined ? [] : [column];
    }),
  );
  const mine = sum([{ migration, statements }]);
  return statements.flatMap(({ statement, reading }) => {
    // A table of this release has no users yet; a table it fills is not in use either.
    const deeds = reading.deeds.filter(({ table }) => table === undefined || !release.makes.includes(table));
    const found: Deed[] = deeds.map((deed) =>
      deed.rule === "drop" && reading.drops.some((dropped) => hasSuccessor(dropped, release))
        ? { ...deed, rule: "drop-with-successor" }
        : deed,
    );
    for (const column of reading.constrains)
      if (!proven.has(column) && !isNewTable(column, release))
        found.push({
          rule: "not-null",
          what: `column ${column}, which no validated CHECK (… IS NOT NULL) of an earlier migration covers`,
        });
    for (const [constraint, column] of Object.entries(reading.guards))
      if (release.adds.includes(column) && !isNewTable(column, release))
        found.push({ rule: "not-null", what: `column ${column}, which this release adds itself (${constraint})` });
    for (const constraint of reading.validates)
      if (Object.keys(mine.guards).includes(constraint))
        found.push({ rule: "constraint-validates", what: `${constraint} is added and validated in one migration` });
    if (reading.concurrent && statements.length > 1)
      found.push({ rule: "concurrent-alone", what: `one of ${statements.length} statements` });
    return found.map((deed) => finding(migration.name, statement, deed));
  });
}

/** `users.name` when the release adds to `users`, or any new table: then the old and the new would have to agree at once. */
function hasSuccessor(dropped: string, { adds, makes }: Reading): boolean {
  const table = dropped.includes(".") ? dropped.slice(0, dropped.lastIndexOf(".")) : dropped;
  return makes.length > 0 || adds.includes(table);
}

const isNewTable = (column: string, { makes }: Reading) => makes.includes(column.slice(0, column.lastIndexOf(".")));

function finding(migration: string, { line, allowed }: Statement, { rule, what }: Deed): Finding {
  const { requirement, description, rewrite, allowable } = ruleTexts[rule];
  const reason = allowable ? allowed.get(rule) : undefined;
  return {
    migration,
    line,
    rule,
    requirement,
    message: `${what}: ${description} Instead: ${rewrite}`,
    ...(reason !== undefined && { allowed: reason }),
  };
}
