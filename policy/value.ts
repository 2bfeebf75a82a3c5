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

/** Copies properties out of the SDK's proxy once; reading an unknown there throws, and only there. */
export function plain(source: unknown): Value {
  if (Array.isArray(source)) return Array.from({ length: source.length }, (_, index) => read(source, index));
  if (typeof source === "object" && source !== null) {
    return Object.fromEntries(Object.keys(source).map((key) => [key, read(source, key)]));
  }
  return source as Value;
}

function read(container: object, key: PropertyKey): Value {
  let value: unknown;
  try {
    value = (container as Record<PropertyKey, unknown>)[key];
  } catch {
    return UNKNOWN;
  }
  return plain(value);
}

/** The value at a path; UNKNOWN as soon as the path runs into one, undefined where it ends. */
export function at(value: Value, ...path: readonly string[]): Value {
  let here = value;
  for (const key of path) {
    if (here === UNKNOWN) return UNKNOWN;
    here = isFields(here) ? here[key] : undefined;
  }
  return here;
}

/** The items of a list; an absent list has none, an unknown one is told apart. */
export function items(value: Value): readonly Value[] | typeof UNKNOWN {
  if (value === UNKNOWN) return UNKNOWN;
  return Array.isArray(value) ? (value as readonly Value[]) : [];
}

export function isFields(value: Value): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True when nothing is there: absent, null or an empty string, as Kubernetes and Pulumi both read them. */
export function isAbsent(value: Value): boolean {
  return value === undefined || value === null || value === "";
}
