import {
  ARCHIVE,
  ASSET,
  OUTPUT_VALUE,
  REFERENCE,
  SECRET,
  SIGNATURE,
  UNKNOWN,
  type Json,
  type Properties,
} from "./model";

/** Typed "not known" markers the engine protocol also defines; read as unknown, never written. */
const TYPED_UNKNOWNS = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
]);

export type JsonObject = { [key: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
export function isUnknown(value: Json | undefined): boolean {
  return typeof value === "string" && TYPED_UNKNOWNS.has(value);
}
function signed(value: Json | undefined, signature: string): value is JsonObject {
  return isObject(value) && value[SIGNATURE] === signature;
}
export const isSecret = (value: Json | undefined): value is JsonObject => signed(value, SECRET);
export const isReference = (value: Json | undefined): value is JsonObject => signed(value, REFERENCE);
export const isOutputValue = (value: Json | undefined): value is JsonObject => signed(value, OUTPUT_VALUE);
export const isAssetOrArchive = (value: Json | undefined): value is JsonObject =>
  signed(value, ASSET) || signed(value, ARCHIVE);

/** Marks a value secret; a secret stays one secret. */
export function secret(value: Json): Json {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** Applies a function to every node, deepest first; `undefined` keeps the value. Unchanged parts keep their identity. */
export function rewrite(value: Json, change: (value: Json) => Json | undefined): Json {
  let inner = value;
  if (Array.isArray(value)) {
    const items = value.map((item) => rewrite(item, change));
    if (items.some((item, i) => item !== value[i])) inner = items;
  } else if (isObject(value)) {
    let copy: JsonObject | undefined;
    for (const key of Object.keys(value)) {
      const before = value[key] as Json;
      const after = rewrite(before, change);
      if (after !== before) (copy ??= { ...value })[key] = after;
    }
    inner = copy ?? value;
  }
  return change(inner) ?? inner;
}

/** True when some node satisfies the test. */
export function some(value: Json | undefined, test: (value: Json) => boolean): boolean {
  if (value === undefined) return false;
  if (test(value)) return true;
  if (Array.isArray(value)) return value.some((item) => some(item, test));
  return isObject(value) && Object.values(value).some((item) => some(item, test));
}
export const containsUnknown = (value: Json | undefined): boolean =>
  some(value, (node) => isUnknown(node) || (isOutputValue(node) && node["value"] === undefined));
export const containsSecret = (value: Json | undefined): boolean => some(value, isSecret);

/** The same value without secret envelopes. */
export function revealed<T extends Json>(value: T): T {
  return rewrite(value, (node) => (isSecret(node) ? (node["value"] as Json) : undefined)) as T;
}

/** Output values (remote components and calls send them) as the plain, secret or unknown value they stand for. */
export function withoutOutputValues(properties: Properties): Properties {
  return rewrite(properties, (node) => {
    if (!isOutputValue(node)) return undefined;
    const value = node["value"] === undefined ? UNKNOWN : (node["value"] as Json);
    return node["secret"] === true ? secret(value) : value;
  }) as Properties;
}

/**
 * Unknowns as output values without a value: a program's functions deserialize those alike wherever they run, while a
 * bare unknown outside the program's own flow of control would arrive as nothing at all.
 */
export function withOutputValues(properties: Properties): Properties {
  return rewrite(properties, (node) => (isUnknown(node) ? { [SIGNATURE]: OUTPUT_VALUE } : undefined)) as Properties;
}

/** References as a receiver without that feature sees them: a custom resource is its id, a component its URN. */
export function withoutReferences(properties: Properties): Properties {
  return rewrite(properties, (node) => {
    if (!isReference(node)) return undefined;
    return node["id"] === undefined ? (node["urn"] as Json) : node["id"] === "" ? UNKNOWN : node["id"];
  }) as Properties;
}

/** Outputs of a provider that knows no secrets: what was secret going in is secret coming out under the same key. */
export function secretsKept(outputs: Properties, inputs: Properties): Properties {
  const kept: Properties = { ...outputs };
  for (const [key, value] of Object.entries(inputs)) {
    const out = kept[key];
    if (out !== undefined && containsSecret(value)) kept[key] = secret(out);
  }
  return kept;
}

/** Deep equality; a secret never equals the same value in clear. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && equal(a[key], b[key]));
}
