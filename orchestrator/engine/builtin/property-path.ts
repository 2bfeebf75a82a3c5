import { isObject, isSecret, type JsonObject } from "./values";
import type { Json, Properties } from "./model";

/** Parts of a property path: `a.b[0]["c.d"].*` (sdk/go/common/resource/property_path.go). */
export type PropertyPath = readonly (string | number)[];

export function parsePath(text: string): PropertyPath {
  const parts: (string | number)[] = [];
  const pattern = /\.?(?:\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\[(\*)\]|([^.[\]]+))/gy;
  let end = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    end = pattern.lastIndex;
    if (match[1] !== undefined) parts.push(Number(match[1]));
    else parts.push(match[2]?.replace(/\\(.)/g, "$1") ?? match[3] ?? match[4] ?? "");
  }
  if (end !== text.length || parts.length === 0) throw new Error(`invalid property path ${JSON.stringify(text)}`);
  return parts;
}

/** True when `changed` lies at, below or above the path; `*` matches any one part. */
export function touches(path: PropertyPath, changed: PropertyPath): boolean {
  const length = Math.min(path.length, changed.length);
  for (let i = 0; i < length; i++) if (path[i] !== "*" && String(path[i]) !== String(changed[i])) return false;
  return true;
}

/** New inputs in which the named paths keep their old values, so that the provider never sees the change. */
export function ignoringChanges(inputs: Properties, old: Properties, paths: readonly string[]): Properties {
  return paths.reduce<Properties>((result, path) => copied(result, old, parsePath(path)) as Properties, inputs);
}

function copied(target: Json | undefined, source: Json | undefined, path: PropertyPath): Json | undefined {
  const [head, ...rest] = path;
  if (head === undefined) return source;
  if (isSecret(target) || isSecret(source)) return source;
  if (head === "*") {
    const keys = new Set([...keysOf(target), ...keysOf(source)]);
    return [...keys].reduce<Json | undefined>((value, key) => copied(value, source, [key, ...rest]), target);
  }
  if (Array.isArray(target) || Array.isArray(source)) {
    const [list, old] = [Array.isArray(target) ? target : [], Array.isArray(source) ? source : []];
    const index = Number(head);
    // An element that exists on one side only cannot be ignored alone: the lists have different lengths.
    if (index >= list.length || index >= old.length) return target;
    return list.map((item, i) => (i === index ? (copied(item, old[index], rest) as Json) : item));
  }
  const into: JsonObject = isObject(target) ? target : {};
  const from: JsonObject = isObject(source) ? source : {};
  const value = copied(into[head], from[head], rest);
  if (value === undefined) {
    const { [head]: _dropped, ...others } = into;
    return others;
  }
  return { ...into, [head]: value } satisfies JsonObject;
}

function keysOf(value: Json | undefined): (string | number)[] {
  if (Array.isArray(value)) return value.map((_, i) => i);
  return isObject(value) ? Object.keys(value) : [];
}

/** Top-level and nested paths at which two property bags differ, as far down as both sides are containers. */
export function changedPaths(old: Json | undefined, now: Json | undefined, at: PropertyPath = []): PropertyPath[] {
  if (old === now) return [];
  const containers =
    (isObject(old) && isObject(now) && !isSecret(old) && !isSecret(now)) || (Array.isArray(old) && Array.isArray(now));
  if (!containers) return JSON.stringify(old) === JSON.stringify(now) ? [] : [at];
  const keys = new Set([...keysOf(old), ...keysOf(now)]);
  const get = (value: Json | undefined, key: string | number) =>
    Array.isArray(value) ? value[Number(key)] : (value as JsonObject)[key];
  return [...keys].flatMap((key) => changedPaths(get(old, key), get(now, key), [...at, key]));
}

export function writePath(path: PropertyPath): string {
  return path
    .map((part, i) =>
      typeof part === "number" ? `[${part}]` : /^[\w-]+$/.test(part) ? (i === 0 ? part : `.${part}`) : `["${part}"]`,
    )
    .join("");
}
