/**
 * Resource properties as a rule sees them: plain data in which a value not known before the update is `UNKNOWN`.
 * A rule can then judge everything around it instead of ending at the first unknown, which is what reading one
 * through the SDK's proxy does (https://github.com/pulumi/pulumi-policy/issues/258).
 */
export const UNKNOWN: unique symbol = Symbol("unknown");

export type Value = undefined | null | boolean | number | string | typeof UNKNOWN | readonly Value[] | Fields;
export interface Fields {
  readonly [key: string]: Value;
}

/** How Pulumi writes values not known before the update (sdk/go/common/resource/plugin/rpc.go). */
const SENTINELS: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
/** Deepest nesting copied. Nothing the API takes is nested half as deep, and a cycle must end somewhere. */
const DEEPEST = 64;

/** Whether a text is how Pulumi writes a value not known before the update. */
export const isUnknownText = (text: string): boolean => text.length === 36 && SENTINELS.has(text);

/** Copies properties once for all rules, with UNKNOWN where a value is not known before the update. */
export function plain(source: unknown, depth = 0): Value {
  if (typeof source === "string") return isUnknownText(source) ? UNKNOWN : source;
  if (typeof source !== "object" || source === null) return source as Value;
  if (depth > DEEPEST) return undefined;
  // By index: the SDK's proxies of lists do not take `map` (https://github.com/pulumi/pulumi-policy, proxy.ts).
  if (Array.isArray(source)) {
    const list: Value[] = [];
    for (let index = 0; index < source.length; index++) list.push(plain(source[index], depth + 1));
    return list;
  }
  const copy: Record<string, Value> = {};
  for (const key of Object.keys(source)) {
    const value = plain((source as Record<string, unknown>)[key], depth + 1);
    // As an own property, whatever its name: `__proto__` is a key like any other in somebody's labels.
    if (key === "__proto__") Object.defineProperty(copy, key, { value, enumerable: true });
    else copy[key] = value;
  }
  return copy;
}

/**
 * The value at a path of up to four keys; UNKNOWN as soon as it runs into one, undefined where it ends. Written out:
 * every rule asks this many times of every container, and a list of keys for each would be most of what a rule costs.
 */
export function at(value: Value, first: string, second?: string, third?: string, fourth?: string): Value {
  let here = field(value, first);
  if (second === undefined) return here;
  here = field(here, second);
  if (third === undefined) return here;
  here = field(here, third);
  return fourth === undefined ? here : field(here, fourth);
}

function field(value: Value, key: string): Value {
  if (value === UNKNOWN) return UNKNOWN;
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields)[key] : undefined;
}

/** The value at a path of any length. */
export function along(value: Value, path: readonly string[]): Value {
  return path.reduce(field, value);
}

/** The items of a list; an absent list has none, an unknown one is told apart. */
export function items(value: Value): readonly Value[] | typeof UNKNOWN {
  if (value === UNKNOWN) return UNKNOWN;
  return Array.isArray(value) ? (value as readonly Value[]) : [];
}

/**
 * As it stands in a message or is compared. What should be text and is something else is told as JSON: an object may
 * have a `toString` of its own that is no function.
 */
export function text(value: Value | symbol): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
export function isFields(value: Value): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True when nothing is there: absent, null or an empty string, as Kubernetes and Pulumi both read them. */
export function isAbsent(value: Value): boolean {
  return value === undefined || value === null || value === "";
}

/** Several values at once, to be taken apart: an array literal would forget that UNKNOWN is one certain symbol. */
export const several = <T extends readonly unknown[]>(...values: T): T => values;
