import { isFields, type Fields } from "./object";
import { merge } from "./apply";
import { badRequest } from "./status";

/** RFC 7386: null removes, lists replace. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Fields = isFields(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** Kubernetes' strategic merge: lists merge by their keys, null removes, `$patch: delete` removes an item. */
export function strategicPatch(target: unknown, patch: unknown): unknown {
  const removed = mergePatch(target, onlyNulls(patch) ?? {});
  return merge(structuredClone(removed), withoutNulls(patch), "");
}
function onlyNulls(patch: unknown): unknown {
  if (!isFields(patch)) return undefined;
  const entries = Object.entries(patch).flatMap(([key, value]) =>
    value === null ? [[key, null] as const] : onlyNulls(value) === undefined ? [] : [[key, onlyNulls(value)] as const],
  );
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
function withoutNulls(patch: unknown): unknown {
  return isFields(patch)
    ? Object.fromEntries(
        Object.entries(patch)
          .filter(([, value]) => value !== null)
          .map(([key, value]) => [key, withoutNulls(value)]),
      )
    : patch;
}

interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** RFC 6902. */
export function jsonPatch(target: unknown, operations: readonly Operation[]): unknown {
  return operations.reduce((document, operation) => one(document, operation), structuredClone(target));
}
function one(document: unknown, { op, path, from, value }: Operation): unknown {
  if (op === "add" || op === "replace") return place(document, parts(path), value, op === "add");
  if (op === "remove") return place(document, parts(path), undefined, false);
  if (op === "test") {
    if (JSON.stringify(look(document, parts(path))) !== JSON.stringify(value))
      throw badRequest(`the server rejected our request: test failed at ${path}`);
    return document;
  }
  if (op === "copy" || op === "move") {
    const moved = structuredClone(look(document, parts(from ?? "")));
    const base = op === "move" ? place(document, parts(from ?? ""), undefined, false) : document;
    return place(base, parts(path), moved, true);
  }
  throw badRequest(`unknown patch operation ${op}`);
}
const parts = (pointer: string) =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
const look = (node: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (here, key) => (Array.isArray(here) ? here[Number(key)] : isFields(here) ? here[key] : undefined),
    node,
  );

function place(node: unknown, path: readonly string[], value: unknown, insert: boolean): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  if (Array.isArray(node)) {
    const index = head === "-" ? node.length : Number(head);
    if (rest.length > 0) node[index] = place(node[index], rest, value, insert);
    else if (value === undefined) node.splice(index, 1);
    else node.splice(index, insert ? 0 : 1, value);
    return node;
  }
  if (!isFields(node))
    throw badRequest(`the server rejected our request due to an error in our request: no ${head} to patch`);
  if (rest.length > 0) node[head] = place(node[head], rest, value, insert);
  else if (value === undefined) delete node[head];
  else node[head] = value;
  return node;
}
