import type { AlterTableCmd, AlterTableStmt, ColumnDef, Constraint, Node } from "libpg-query";
import { nameOf, stringsOf } from "./names";
import { NOTHING, type Deed, type Reading } from "./rules";

/** What an ALTER TABLE does, command by command. */
export function alterTable({ relation, cmds = [], objtype }: AlterTableStmt): Reading {
  if (objtype !== undefined && objtype !== "OBJECT_TABLE") return NOTHING;
  const table = nameOf(relation);
  return cmds
    .map((node) => ("AlterTableCmd" in node ? command(table, node.AlterTableCmd) : NOTHING))
    .reduce(joined, NOTHING);
}

/** Two readings as one. */
export function joined(a: Reading, b: Reading): Reading {
  return {
    deeds: [...a.deeds, ...b.deeds],
    makes: [...a.makes, ...b.makes],
    adds: [...a.adds, ...b.adds],
    drops: [...a.drops, ...b.drops],
    concurrent: a.concurrent || b.concurrent,
    guards: { ...a.guards, ...b.guards },
    validates: [...a.validates, ...b.validates],
    constrains: [...a.constrains, ...b.constrains],
  };
}

function command(table: string, { subtype, name = "", def }: AlterTableCmd): Reading {
  const column = `${table}.${name}`;
  const deed = (rule: Deed["rule"], what: string): Deed => ({ rule, what, table });
  switch (subtype) {
    case "AT_AddColumn":
      return def !== undefined && "ColumnDef" in def ? addColumn(table, def.ColumnDef) : NOTHING;
    case "AT_DropColumn":
      return { ...NOTHING, drops: [column], deeds: [deed("drop", `column ${column}`)] };
    case "AT_SetNotNull":
      return { ...NOTHING, constrains: [column] };
    case "AT_AlterColumnType":
      return { ...NOTHING, deeds: [deed("column-type", `column ${column}`)] };
    case "AT_ColumnDefault":
      return def === undefined ? { ...NOTHING, deeds: [deed("drop", `the default of column ${column}`)] } : NOTHING;
    case "AT_AddConstraint":
      return def !== undefined && "Constraint" in def ? addConstraint(table, def.Constraint) : NOTHING;
    case "AT_ValidateConstraint":
      return { ...NOTHING, validates: [column] };
    case "AT_SetLogged":
    case "AT_SetUnLogged":
    case "AT_SetAccessMethod":
    case "AT_SetTableSpace":
    case "AT_SetExpression":
      return { ...NOTHING, deeds: [deed("table-rewrite", `table ${table}`)] };
    case "AT_AddIdentity":
      return { ...NOTHING, deeds: [deed("table-rewrite", `identity of column ${column}`)] };
    case "AT_DetachPartition":
      return { ...NOTHING, drops: [table], deeds: [deed("drop", `a partition of ${table}`)] };
    default:
      return NOTHING;
  }
}

/** Of types that number rows by themselves: every row is written to get its number. */
const SERIAL = /^(?:small|big)?serial\d?$/;
/** Functions that give every row the same value; any other may give each its own, and the table is written anew. */
const STABLE = new Set(["now", "current_user", "transaction_timestamp", "statement_timestamp"]);

function addColumn(table: string, { colname = "", typeName, constraints = [] }: ColumnDef): Reading {
  const column = `${table}.${colname}`;
  const all = constraints.flatMap((node) => ("Constraint" in node ? [node.Constraint] : []));
  const of = (kind: Constraint["contype"]) => all.find(({ contype }) => contype === kind);
  const standard = of("CONSTR_DEFAULT");
  const serial = SERIAL.test(stringsOf(typeName?.names).at(-1) ?? "");
  const rewrites =
    serial ||
    of("CONSTR_IDENTITY") !== undefined ||
    of("CONSTR_GENERATED") !== undefined ||
    isVolatile(standard?.raw_expr);
  const deeds: Deed[] = [];
  const add = (rule: Deed["rule"], what: string) => deeds.push({ rule, what, table });
  // With a constant default the previous version's rows are filled in by Postgres itself.
  const fills = standard !== undefined || serial || of("CONSTR_IDENTITY") !== undefined || of("CONSTR_GENERATED");
  const notNull = of("CONSTR_NOTNULL") ?? of("CONSTR_PRIMARY");
  if (notNull !== undefined && !fills) add("not-null", `new column ${column} without a default`);
  if (rewrites) add("table-rewrite", `new column ${column}`);
  for (const kind of ["CONSTR_CHECK", "CONSTR_FOREIGN", "CONSTR_UNIQUE", "CONSTR_PRIMARY"] as const)
    if (of(kind) !== undefined) add("constraint-validates", `${WORDS[kind]} on new column ${column}`);
  return { ...NOTHING, deeds, adds: [table, column] };
}

const WORDS = {
  CONSTR_CHECK: "CHECK",
  CONSTR_FOREIGN: "FOREIGN KEY",
  CONSTR_UNIQUE: "UNIQUE",
  CONSTR_PRIMARY: "PRIMARY KEY",
  CONSTR_EXCLUSION: "EXCLUDE",
} as const;

function isVolatile(expression: Node | undefined): boolean {
  if (expression === undefined) return false;
  const called = [...JSON.stringify(expression).matchAll(/"funcname":(\[.*?\])/g)].map(
    ([, names = "[]"]) => stringsOf(JSON.parse(names) as Node[]).at(-1) ?? "",
  );
  return called.some((name) => !STABLE.has(name));
}

function addConstraint(table: string, constraint: Constraint): Reading {
  const { contype = "CONSTR_CHECK", conname = "", skip_validation = false, indexname, raw_expr, keys } = constraint;
  if (contype === "CONSTR_NOTNULL") {
    const column = `${table}.${stringsOf(keys).at(-1) ?? ""}`;
    return skip_validation ? guarded(table, conname, column) : { ...NOTHING, constrains: [column] };
  }
  const heavy = Object.hasOwn(WORDS, contype) && !skip_validation && indexname === undefined;
  const named = conname === "" ? "" : ` ${conname}`;
  const deeds: Deed[] = heavy
    ? [{ rule: "constraint-validates", what: `${WORDS[contype as keyof typeof WORDS]}${named} on ${table}`, table }]
    : [];
  const column = notNullColumn(raw_expr);
  return { ...(column === undefined ? NOTHING : guarded(table, conname, `${table}.${column}`)), deeds };
}

function guarded(table: string, constraint: string, column: string): Reading {
  return { ...NOTHING, guards: { [`${table}.${constraint}`]: column } };
}

/** `name` of `CHECK (name IS NOT NULL)`. */
function notNullColumn(expression: Node | undefined): string | undefined {
  if (expression === undefined || !("NullTest" in expression)) return undefined;
  const { nulltesttype, arg } = expression.NullTest;
  if (nulltesttype !== "IS_NOT_NULL" || arg === undefined || !("ColumnRef" in arg)) return undefined;
  return stringsOf(arg.ColumnRef.fields).at(-1);
}
