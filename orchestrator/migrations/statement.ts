import type { Node } from "libpg-query";

/** A statement of a migration as Postgres' own parser reads it. */
export interface Statement {
  readonly node: Node;
  /** Of its first word, from 1. */
  readonly line: number;
  /** Rules that a comment right above it lets pass, with the reason. */
  readonly allowed: ReadonlyMap<string, string>;
}

/** SQL that is none. */
export interface Unreadable {
  readonly line: number;
  readonly message: string;
}

/** `-- slipway:allow RULE: reason`; the reason is for whoever reviews the migration. */
const ALLOW = /^\s*--\s*slipway:allow\s+([a-z-]+)\s*:\s*(\S.*)$/;

/** Reads SQL with the parser of Postgres 18. Loaded on first use: it is a megabyte of WebAssembly. */
export async function statementsOf(sql: string): Promise<Statement[] | Unreadable> {
  const { parse, hasSqlDetails } = await import("libpg-query");
  const bytes = Buffer.from(sql, "utf8");
  const lines = sql.split("\n");
  const lineAt = (offset: number) => bytes.subarray(0, offset).toString("utf8").split("\n").length;
  try {
    const { stmts = [] } = await parse(sql);
    return stmts.flatMap(({ stmt, stmt_location: start = 0 }) => {
      if (stmt === undefined) return [];
      const line = lineAt(start + blank(bytes.subarray(start).toString("utf8")));
      return [{ node: stmt, line, allowed: allowances(lines, line) }];
    });
  } catch (error) {
    if (!hasSqlDetails(error) || error.sqlDetails === undefined) throw error;
    const { message, cursorPosition } = error.sqlDetails;
    return { line: lineAt(Buffer.byteLength(sql.slice(0, Math.max(0, cursorPosition)))), message };
  }
}

/** Bytes of space and comments before a statement, which the parser counts to it. */
function blank(text: string): number {
  const before = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/.exec(text)?.[0] ?? "";
  return Buffer.byteLength(before);
}

/** Comments in the unbroken block right above a line. */
function allowances(lines: readonly string[], line: number): Map<string, string> {
  const allowed = new Map<string, string>();
  for (let above = line - 2; above >= 0 && /^\s*--/.test(lines[above] ?? ""); above--) {
    const match = ALLOW.exec(lines[above] ?? "");
    if (match !== null) allowed.set(match[1] ?? "", (match[2] ?? "").trim());
  }
  return allowed;
}
