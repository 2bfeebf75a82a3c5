import type { DropStmt, Node, RenameStmt } from "libpg-query";
import { alterTable, joined } from "./alter-table";
import { nameOf, stringsOf } from "./names";
import { NOTHING, type Deed, type Reading } from "./rules";

/** What a statement does, as far as it concerns whoever uses the schema meanwhile. Pure. */
export function read(node: Node): Reading {
  const does = (rule: Deed["rule"], what: string, table?: string): Reading => ({
    ...NOTHING,
    deeds: [{ rule, what, ...(table !== undefined && { table }) }],
  });
  if ("AlterTableStmt" in node) return alterTable(node.AlterTableStmt);
  if ("CreateStmt" in node) return makes(nameOf(node.CreateStmt.relation));
  if ("CreateTableAsStmt" in node) return makes(nameOf(node.CreateTableAsStmt.into?.rel));
  if ("RenameStmt" in node) return rename(node.RenameStmt);
  if ("AlterObjectSchemaStmt" in node)
    return does("rename", `schema of ${nameOf(node.AlterObjectSchemaStmt.relation) || "an object"}`);
  if ("AlterEnumStmt" in node) {
    const { oldVal } = node.AlterEnumStmt;
    return oldVal === undefined ? NOTHING : does("rename", `value ${oldVal} of an enum`);
  }
  if ("DropStmt" in node) return drop(node.DropStmt);
  if ("IndexStmt" in node) {
    const { concurrent = false, idxname = "", relation } = node.IndexStmt;
    const table = nameOf(relation);
    return concurrent ? { ...NOTHING, concurrent } : does("index-locks", `index ${idxname} on ${table}`, table);
  }
  if ("ReindexStmt" in node) {
    const concurrent = JSON.stringify(node.ReindexStmt.params ?? []).includes('"concurrently"');
    const table = nameOf(node.ReindexStmt.relation);
    return concurrent ? { ...NOTHING, concurrent } : does("index-locks", `REINDEX ${table}`, table);
  }
  if ("UpdateStmt" in node && node.UpdateStmt.whereClause === undefined)
    return does(
      "data-in-bulk",
      `UPDATE of every row of ${nameOf(node.UpdateStmt.relation)}`,
      nameOf(node.UpdateStmt.relation),
    );
  if ("DeleteStmt" in node && node.DeleteStmt.whereClause === undefined)
    return does(
      "data-in-bulk",
      `DELETE of every row of ${nameOf(node.DeleteStmt.relation)}`,
      nameOf(node.DeleteStmt.relation),
    );
  if ("TruncateStmt" in node) return does("data-in-bulk", `TRUNCATE ${tablesOf(node.TruncateStmt.relations)}`);
  if ("LockStmt" in node) return does("table-lock", `LOCK TABLE ${tablesOf(node.LockStmt.relations)}`);
  if ("ClusterStmt" in node) return does("table-lock", `CLUSTER ${nameOf(node.ClusterStmt.relation)}`);
  if ("VacuumStmt" in node) {
    const full = JSON.stringify(node.VacuumStmt.options ?? []).includes('"full"');
    return full ? does("table-lock", "VACUUM FULL") : { ...NOTHING, concurrent: node.VacuumStmt.is_vacuumcmd === true };
  }
  if ("RefreshMatViewStmt" in node) {
    const { concurrent = false, relation } = node.RefreshMatViewStmt;
    return concurrent ? NOTHING : does("table-lock", `REFRESH MATERIALIZED VIEW ${nameOf(relation)}`);
  }
  if ("DoStmt" in node) return does("opaque", "a DO block");
  if ("CallStmt" in node) return does("opaque", "a call of a procedure");
  return NOTHING;
}

const makes = (table: string): Reading => ({ ...NOTHING, makes: [table], adds: [table] });

function tablesOf(relations: readonly Node[] = []): string {
  return relations.flatMap((node) => ("RangeVar" in node ? [nameOf(node.RangeVar)] : [])).join(", ");
}

/** Names that no application calls. */
const INTERNAL = new Set(["OBJECT_INDEX", "OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"]);

function rename({ renameType = "OBJECT_TABLE", relation, subname, newname = "" }: RenameStmt): Reading {
  if (INTERNAL.has(renameType)) return NOTHING;
  const what = [nameOf(relation), subname].filter((part) => part !== undefined && part !== "").join(".") || "an object";
  const table = nameOf(relation);
  return { ...NOTHING, deeds: [{ rule: "rename", what: `${what} to ${newname}`, ...(table !== "" && { table }) }] };
}

/** What an application may use; the rest goes with what it belongs to. */
const USED: Readonly<Record<string, string>> = {
  OBJECT_TABLE: "table",
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "materialized view",
  OBJECT_TYPE: "type",
  OBJECT_DOMAIN: "domain",
  OBJECT_SEQUENCE: "sequence",
  OBJECT_SCHEMA: "schema",
  OBJECT_FUNCTION: "function",
  OBJECT_PROCEDURE: "procedure",
  OBJECT_FOREIGN_TABLE: "foreign table",
  OBJECT_EXTENSION: "extension",
};

function drop({ removeType = "OBJECT_TABLE", objects = [], concurrent = false }: DropStmt): Reading {
  const names = objects.map(droppedName);
  if (removeType === "OBJECT_INDEX")
    return concurrent
      ? { ...NOTHING, concurrent }
      : { ...NOTHING, deeds: names.map((name) => ({ rule: "index-locks", what: `DROP INDEX ${name}` })) };
  const word = USED[removeType];
  if (word === undefined) return NOTHING;
  return names
    .map((name): Reading => ({
      ...NOTHING,
      drops: removeType === "OBJECT_TABLE" ? [name] : [],
      deeds: [{ rule: "drop", what: `${word} ${name}`, table: name }],
    }))
    .reduce(joined, NOTHING);
}

function droppedName(node: Node): string {
  if ("List" in node) return stringsOf(node.List.items).join(".");
  if ("TypeName" in node) return stringsOf(node.TypeName.names).join(".");
  if ("ObjectWithArgs" in node) return stringsOf(node.ObjectWithArgs.objname).join(".");
  return stringsOf([node]).join(".");
}
