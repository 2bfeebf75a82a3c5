import type { Node, RangeVar } from "libpg-query";

/** `schema.table`, or `table` where no schema is written. */
export function nameOf(relation: RangeVar | undefined): string {
  return [relation?.schemaname, relation?.relname].filter((part) => part !== undefined).join(".");
}

/** Text of a list of names. */
export function stringsOf(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => ("String" in node ? [node.String.sval ?? ""] : []));
}
