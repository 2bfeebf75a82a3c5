import type { KubeObject } from "../../orchestrator/sandbox/kubernetes/object";

/** An object with one thing changed, and what that is. */
export interface Mutant {
  readonly what: string;
  readonly object: KubeObject;
}

type Change = (value: unknown) => unknown;
type Tree = Record<string, unknown>;

/** Not a name, not a number in any range, longer than any field that has a limit of a few hundred. */
const LONG = "x".repeat(5000);

/**
 * Every single-step change of an object's own fields: each one misspelt, left out, of another type, empty, too long,
 * out of range; lists empty, doubled and with a stranger in them. Whoever judges objects is asked about all of them.
 */
export function mutantsOf(object: KubeObject): Mutant[] {
  const mutants: Mutant[] = [];
  const { apiVersion, kind, metadata, ...rest } = object;
  const add = (what: string, changed: Tree) =>
    mutants.push({ what, object: { ...changed, apiVersion, kind, metadata } as KubeObject });
  for (const path of pathsOf(rest)) {
    const place = path.join(".");
    const change = (what: string, with_: Change) => add(`${place} ${what}`, at(rest, path, with_));
    add(`${place} left out`, without(rest, path));
    const key = path.at(-1);
    if (typeof key === "string") add(`${place} misspelt`, misspelt(rest, path));
    const value = path.reduce<unknown>((node, step) => (node as Tree)[step], rest);
    if (typeof value === "string") {
      change("a number", () => 7);
      change("empty", () => "");
      change("of strange signs", () => "a b/!,");
      change("too long", () => LONG);
      change("an object", () => ({}));
    } else if (typeof value === "number") {
      change("a text", () => "many");
      change("negative", () => -1);
      change("huge", () => 10_000_000);
      change("a fraction", () => value + 0.5);
    } else if (typeof value === "boolean") change("a text", () => "yes");
    else if (Array.isArray(value)) {
      change("empty", () => []);
      change("doubled", (list) => [...(list as unknown[]), ...(list as unknown[])]);
      change("with a stranger", (list) => [...(list as unknown[]), { stranger: true }]);
      change("a text", () => "list");
    } else {
      change("with a stranger", (node) => ({ ...(node as Tree), stranger: "x" }));
      change("a text", () => "object");
    }
  }
  return mutants;
}

function pathsOf(value: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? // The first stands for all.
      value.slice(0, 1).map((item, i) => [i, item])
    : Object.entries(value);
  return entries.flatMap(([key, inner]) =>
    inner === undefined ? [] : [[...path, key], ...pathsOf(inner, [...path, key])],
  );
}

function at(root: Tree, path: readonly (string | number)[], change: Change): Tree {
  const copy = structuredClone(root);
  const parent = path.slice(0, -1).reduce<unknown>((node, step) => (node as Tree)[step], copy) as Tree;
  const key = path.at(-1) as string;
  parent[key] = change(parent[key]);
  return copy;
}
function without(root: Tree, path: readonly (string | number)[]): Tree {
  const copy = structuredClone(root);
  const parent = path.slice(0, -1).reduce<unknown>((node, step) => (node as Tree)[step], copy);
  const key = path.at(-1);
  if (Array.isArray(parent)) parent.splice(key as number, 1);
  else delete (parent as Tree)[key as string];
  return copy;
}
function misspelt(root: Tree, path: readonly (string | number)[]): Tree {
  const copy = structuredClone(root);
  const parent = path.slice(0, -1).reduce<unknown>((node, step) => (node as Tree)[step], copy) as Tree;
  const key = path.at(-1) as string;
  const { [key]: value, ...others } = parent;
  for (const one of Object.keys(parent)) delete parent[one];
  Object.assign(parent, others, { [`${key}Q`]: value });
  return copy;
}
