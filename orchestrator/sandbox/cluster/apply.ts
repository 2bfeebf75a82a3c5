import { isFields, type Fields, type FieldTree, type KubeObject, type ManagedFields } from "./object";
import { ApiError } from "./status";

/** Keys by which lists of objects merge item by item; other lists are replaced whole (structured-merge-diff). */
const listKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ["name"],
  initContainers: ["name"],
  ephemeralContainers: ["name"],
  volumes: ["name"],
  env: ["name"],
  imagePullSecrets: ["name"],
  volumeMounts: ["mountPath"],
  listeners: ["name"],
  conditions: ["type"],
  ownerReferences: ["uid"],
  topologySpreadConstraints: ["topologyKey", "whenUnsatisfiable"],
};
function keysOf(field: string, list: readonly unknown[]): readonly string[] | undefined {
  const keys =
    field === "ports"
      ? list.every((item) => isFields(item) && "containerPort" in item)
        ? ["containerPort", "protocol"]
        : ["port", "protocol"]
      : listKeys[field];
  return keys !== undefined && list.every(isFields) ? keys : undefined;
}
function itemKey(item: Fields, keys: readonly string[]): string {
  return `k:${JSON.stringify(Object.fromEntries(keys.map((key) => [key, item[key] ?? (key === "protocol" ? "TCP" : undefined)])))}`;
}

type FieldSet = Map<string, unknown>;

/** Leaves of an object as `/f:spec/f:replicas` → value. Identity and bookkeeping belong to nobody. */
export function leavesOf(object: KubeObject): FieldSet {
  const leaves: FieldSet = new Map();
  const walk = (value: unknown, path: string, field: string): void => {
    if (isFields(value) && Object.keys(value).length > 0) {
      for (const [key, inner] of Object.entries(value)) walk(inner, `${path}/f:${key}`, key);
      return;
    }
    const keys = Array.isArray(value) && value.length > 0 ? keysOf(field, value) : undefined;
    if (keys === undefined) leaves.set(path, value);
    else for (const item of value as Fields[]) walk(item, `${path}/${itemKey(item, keys)}`, "");
  };
  for (const [key, value] of Object.entries(object)) {
    if (key === "apiVersion" || key === "kind") continue;
    if (key !== "metadata") walk(value, `/f:${key}`, key);
    else
      for (const part of ["labels", "annotations", "finalizers", "ownerReferences"])
        if (object.metadata[part as "labels"] !== undefined)
          walk(object.metadata[part as "labels"], `/f:metadata/f:${part}`, part);
  }
  return leaves;
}

function toTree(paths: Iterable<string>): FieldTree {
  const tree: FieldTree = {};
  for (const path of paths) {
    let node = tree;
    for (const part of split(path)) node = node[part] ??= {};
  }
  return tree;
}
function fromTree(tree: FieldTree, prefix = ""): string[] {
  return Object.entries(tree).flatMap(([key, inner]) =>
    Object.keys(inner).length === 0 ? [`${prefix}/${key}`] : fromTree(inner, `${prefix}/${key}`),
  );
}
/** Parts start with `f:` or `k:`; a slash inside a part is not followed by either. */
function split(path: string): string[] {
  return path.slice(1).split(/\/(?=f:|k:\{)/);
}

/**
 * Server-side apply: what the manager says wins, what it said before and no longer says goes unless somebody else owns
 * it, and a value another applier owns is only taken over by force.
 */
export function applyTo(
  live: KubeObject | undefined,
  applied: KubeObject,
  manager: string,
  force: boolean,
  time: string,
): KubeObject {
  const wanted = leavesOf(applied);
  const managers = live?.metadata.managedFields ?? [];
  const mine = managers.find((entry) => entry.manager === manager && entry.operation === "Apply");
  const others = managers.filter((entry) => entry !== mine);
  const present = live === undefined ? new Map<string, unknown>() : leavesOf(live);
  const disputed = others.flatMap((entry) =>
    fromTree(entry.fieldsV1)
      .filter((path) => wanted.has(path) && JSON.stringify(wanted.get(path)) !== JSON.stringify(present.get(path)))
      .map((path) => ({ entry, path })),
  );
  if (disputed.length > 0 && !force) throw disagreement(disputed);
  const lost = new Set(disputed.map(({ path }) => path));
  const stillOwned = new Set(others.flatMap((entry) => fromTree(entry.fieldsV1).filter((path) => !lost.has(path))));
  // A map that was said to be empty is not given up by whoever now says something in it.
  const held = [...wanted.keys(), ...stillOwned];
  const abandoned =
    mine === undefined
      ? []
      : fromTree(mine.fieldsV1).filter((path) => !held.some((one) => one === path || one.startsWith(`${path}/`)));

  const merged = (
    live === undefined ? structuredClone(applied) : merge(structuredClone(live), applied, "")
  ) as KubeObject;
  // An item is found by its key: that goes last, and an inner item before the one it is in.
  const order = (a: string[], b: string[]) => Number(isKey(a)) - Number(isKey(b)) || b.length - a.length;
  for (const path of abandoned.map(split).sort(order)) remove(merged, path);
  const kept = others.flatMap((entry) => {
    const paths = fromTree(entry.fieldsV1).filter((path) => !lost.has(path));
    return paths.length === 0 ? [] : [{ ...entry, fieldsV1: toTree(paths) }];
  });
  merged.metadata.managedFields = [...kept, ownership(manager, "Apply", applied.apiVersion, time, wanted.keys())];
  return merged;
}

/** Who changed what by an ordinary write. */
export function recordUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  manager: string,
  time: string,
): ManagedFields[] {
  const was = before === undefined ? new Map<string, unknown>() : leavesOf(before);
  const changed = [...leavesOf(after)]
    .filter(([path, value]) => JSON.stringify(was.get(path)) !== JSON.stringify(value))
    .map(([path]) => path);
  const entries = before?.metadata.managedFields ?? [];
  if (changed.length === 0) return entries;
  const taken = new Set(changed);
  const own = entries.find((entry) => entry.manager === manager && entry.operation === "Update");
  const others = entries
    .filter((entry) => entry !== own)
    .flatMap((entry) => {
      const left = fromTree(entry.fieldsV1).filter((path) => !taken.has(path));
      return left.length === 0 ? [] : [{ ...entry, fieldsV1: toTree(left) }];
    });
  return [
    ...others,
    ownership(manager, "Update", after.apiVersion, time, [
      ...(own === undefined ? [] : fromTree(own.fieldsV1)),
      ...changed,
    ]),
  ];
}

function ownership(
  manager: string,
  operation: "Apply" | "Update",
  apiVersion: string,
  time: string,
  paths: Iterable<string>,
): ManagedFields {
  return { manager, operation, apiVersion, time, fieldsType: "FieldsV1", fieldsV1: toTree(paths) };
}

function disagreement(disputed: readonly { entry: ManagedFields; path: string }[]): ApiError {
  const byManager = new Map<string, string[]>();
  for (const { entry, path } of disputed)
    byManager.set(entry.manager, [...(byManager.get(entry.manager) ?? []), readable(path)]);
  const lines = [...byManager].map(([manager, paths]) =>
    paths.length === 1
      ? `conflict with "${manager}": ${paths[0]}`
      : `conflicts with "${manager}":\n${paths.map((path) => `- ${path}`).join("\n")}`,
  );
  const noun = disputed.length === 1 ? "conflict" : "conflicts";
  return new ApiError(409, "Conflict", `Apply failed with ${disputed.length} ${noun}: ${lines.join("\n")}`, {
    causes: disputed.map(({ entry, path }) => ({
      reason: "FieldManagerConflict",
      message: `conflict with "${entry.manager}"`,
      field: readable(path),
    })),
  });
}
const readable = (path: string) =>
  split(path)
    .map((part) => (part.startsWith("f:") ? `.${part.slice(2)}` : `[${part.slice(2)}]`))
    .join("");

/** Merges by the list keys; other values are replaced. */
export function merge(target: unknown, source: unknown, field: string): unknown {
  if (isFields(target) && isFields(source)) {
    for (const [key, value] of Object.entries(source))
      target[key] = key in target ? merge(target[key], value, key) : structuredClone(value);
    return target;
  }
  const keys =
    Array.isArray(target) && Array.isArray(source) && target.length + source.length > 0
      ? keysOf(field, [...target, ...source])
      : undefined;
  if (keys === undefined) return structuredClone(source);
  const items = target as Fields[];
  const places = new Map(items.map((item, index) => [itemKey(item, keys), index]));
  for (const item of source as Fields[]) {
    const place = places.get(itemKey(item, keys));
    if (place === undefined) items.push(structuredClone(item));
    else items[place] = merge(items[place], item, "") as Fields;
  }
  return items;
}

function remove(node: unknown, path: readonly string[], field = ""): void {
  const [head = "", ...rest] = path;
  if (head.startsWith("f:")) {
    if (!isFields(node)) return;
    const key = head.slice(2);
    if (rest.length === 0) delete node[key];
    else {
      remove(node[key], rest, key);
      const inner = node[key];
      if ((isFields(inner) && Object.keys(inner).length === 0) || (Array.isArray(inner) && inner.length === 0))
        delete node[key];
    }
    return;
  }
  if (!Array.isArray(node)) return;
  const keys = keysOf(field, node) ?? [];
  const index = node.findIndex((item: Fields) => itemKey(item, keys) === head);
  if (index < 0) return;
  if (rest.length > 1 || !isKey(path)) return remove(node[index], rest);
  // An item goes with its key, unless somebody else has said more of it.
  if (Object.keys(node[index] as Fields).every((key) => keys.includes(key))) node.splice(index, 1);
}

/** Whether a path ends in the key of a list's item. */
function isKey(path: readonly string[]): boolean {
  const [item = "", field = ""] = path.slice(-2);
  return item.startsWith("k:") && Object.hasOwn(JSON.parse(item.slice(2)) as Fields, field.slice(2));
}
