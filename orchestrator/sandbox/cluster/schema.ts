import { isIP, isIPv4, isIPv6 } from "node:net";
import { fieldsOf, isFields, listOf, type Fields } from "./object";
import type { Cause } from "./status";

/**
 * Structural schemas of CustomResourceDefinitions: what they drop, fill in and refuse
 * (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/). Rules in CEL
 * (`x-kubernetes-validations`) are not evaluated.
 */
export type Schema = Readonly<Fields>;

/** Fields every object has, and embedded ones too; the schema does not name them. */
const IDENTITY = new Set(["apiVersion", "kind", "metadata"]);

/** A value without the fields its schema does not know, and the paths of those. */
export function prune(schema: Schema, value: unknown, path = "", root = true): { value: unknown; unknown: string[] } {
  const unknown: string[] = [];
  if (Array.isArray(value)) {
    const items = schema["items"];
    if (!isFields(items)) return { value, unknown };
    const kept = value.map((item, i) => {
      const inner = prune(items, item, `${path}[${i}]`, false);
      unknown.push(...inner.unknown);
      return inner.value;
    });
    return { value: kept, unknown };
  }
  if (!isFields(value)) return { value, unknown };
  const known = fieldsOf(schema["properties"]);
  const others = schema["additionalProperties"];
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true || others === true;
  const whole = root || schema["x-kubernetes-embedded-resource"] === true;
  const kept: Fields = {};
  for (const [key, inner] of Object.entries(value)) {
    const place = path === "" ? key : `${path}.${key}`;
    const schemaOfKey = Object.hasOwn(known, key) ? known[key] : isFields(others) ? others : undefined;
    if (whole && IDENTITY.has(key)) kept[key] = inner;
    else if (schemaOfKey !== undefined) {
      const result = prune(fieldsOf(schemaOfKey), inner, place, false);
      kept[key] = result.value;
      unknown.push(...result.unknown);
    } else if (open) kept[key] = inner;
    else unknown.push(place);
  }
  return { value: kept, unknown };
}

/** A value with its schema's defaults where it says nothing, and without nulls where null is no value. */
export function withDefaults(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withDefaults(fieldsOf(schema["items"]), item));
  if (!isFields(value)) return value;
  const known = fieldsOf(schema["properties"]);
  const others = isFields(schema["additionalProperties"]) ? schema["additionalProperties"] : undefined;
  const filled: Fields = {};
  for (const [key, inner] of Object.entries(value)) {
    const own = Object.hasOwn(known, key) ? known[key] : others;
    if (inner !== null || own === undefined || fieldsOf(own)["nullable"] === true)
      filled[key] = withDefaults(fieldsOf(own), inner);
  }
  for (const [key, property] of Object.entries(known)) {
    const { default: standard } = fieldsOf(property);
    if (standard !== undefined && filled[key] === undefined)
      filled[key] = withDefaults(fieldsOf(property), structuredClone(standard));
  }
  return filled;
}

/**
 * What is wrong with a value, in the words of the API server. A part that an update leaves as it was is not judged
 * again (validation ratcheting), whatever the schema says by now.
 */
export function validate(schema: Schema, value: unknown, before: unknown, path = ""): Cause[] {
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(value)) return [];
  if (value === null && schema["nullable"] === true) return [];
  const types = typesOf(schema);
  const type = typeOf(value);
  if (types !== undefined && !types.includes(type) && !(type === "integer" && types.includes("number")))
    return [
      { field: path, message: `Invalid value: "${type}": ${mustBe(path, types.join(","), type)}` },
      // Said twice of fractions.
      ...(type === "number" && types.includes("integer")
        ? [
            {
              field: "<nil>",
              message: `Invalid value: "": Checked value must be of type integer (default format) in ${path}`,
            },
          ]
        : []),
    ];
  return [
    ...limits(schema, value, path),
    ...combined(schema, value, path),
    ...(isFields(value) ? objectCauses(schema, value, fieldsOf(before), path) : []),
    ...(Array.isArray(value) ? listCauses(schema, value, path) : []),
  ];
}

const mustBe = (path: string, type: string, given: string) => `${path} in body must be of type ${type}: "${given}"`;

function typesOf(schema: Schema): readonly string[] | undefined {
  if (schema["x-kubernetes-int-or-string"] === true) return ["integer", "string"];
  return typeof schema["type"] === "string" ? [schema["type"]] : undefined;
}
function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function objectCauses(schema: Schema, value: Fields, before: Fields, path: string): Cause[] {
  const known = fieldsOf(schema["properties"]);
  const others = schema["additionalProperties"];
  const at = (key: string) => (path === "" ? key : `${path}.${key}`);
  return [
    ...listOf<string>(schema["required"])
      .filter((key) => value[key] === undefined)
      .map((key) => ({ field: at(key), message: "Required value" })),
    ...Object.entries(value).flatMap(([key, inner]) => {
      const own = Object.hasOwn(known, key) ? known[key] : others;
      return isFields(own) ? validate(own, inner, before[key], at(key)) : [];
    }),
  ];
}

function listCauses(schema: Schema, value: readonly unknown[], path: string): Cause[] {
  const type = schema["x-kubernetes-list-type"];
  const keys = listOf<string>(schema["x-kubernetes-list-map-keys"]);
  const identity = (item: unknown) =>
    type === "map" ? Object.fromEntries(keys.map((key) => [key, fieldsOf(item)[key]])) : item;
  const seen = new Set<string>();
  const twice = value.flatMap((item, i) => {
    const name = JSON.stringify(identity(item));
    const again = (type === "map" || type === "set") && seen.has(name);
    seen.add(name);
    return again ? [{ field: `${path}[${i}]`, message: `Duplicate value: ${name}` }] : [];
  });
  const { items } = schema;
  return [
    ...twice,
    ...(isFields(items) ? value.flatMap((item, i) => validate(items, item, undefined, `${path}[${i}]`)) : []),
  ];
}

/** Bounds, enumerations, patterns and formats. */
function limits(schema: Schema, value: unknown, path: string): Cause[] {
  const causes: Cause[] = [];
  const number = (key: string) => (typeof schema[key] === "number" ? schema[key] : undefined);
  const tell = (message: string) => causes.push({ field: path, message });
  const refuse = (rule: string, given: unknown = value) =>
    tell(`Invalid value: ${JSON.stringify(given)}: ${path} in body ${rule}`);
  const allowed = schema["enum"];
  if (Array.isArray(allowed) && !allowed.some((one) => JSON.stringify(one) === JSON.stringify(value)))
    tell(
      `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed.map((one) => `"${String(one)}"`).join(", ")}`,
    );
  if (typeof value === "number") {
    const least = number("minimum");
    const most = number("maximum");
    if (least !== undefined && (schema["exclusiveMinimum"] === true ? value <= least : value < least))
      refuse(`should be greater than ${schema["exclusiveMinimum"] === true ? "" : "or equal to "}${least}`);
    if (most !== undefined && (schema["exclusiveMaximum"] === true ? value >= most : value > most))
      refuse(`should be less than ${schema["exclusiveMaximum"] === true ? "" : "or equal to "}${most}`);
    const step = number("multipleOf");
    if (step !== undefined && value % step !== 0) refuse(`should be a multiple of ${step}`);
  }
  if (typeof value === "string") {
    // Lengths count characters, not UTF-16 units.
    const length = [...value].length;
    if (length < (number("minLength") ?? 0)) refuse(`should be at least ${number("minLength")} chars long`);
    if (length > (number("maxLength") ?? Infinity)) tell(`Too long: may not be more than ${number("maxLength")} bytes`);
    const pattern = schema["pattern"];
    if (typeof pattern === "string" && !new RegExp(pattern, "u").test(value)) refuse(`should match '${pattern}'`);
    const format = String(schema["format"]);
    if (formats[format]?.(value) === false)
      tell(`Invalid value: ${JSON.stringify(value)}: ${mustBe(path, format, value)}`);
  }
  if (Array.isArray(value)) {
    if (value.length < (number("minItems") ?? 0))
      refuse(`should have at least ${number("minItems")} items`, value.length);
    if (value.length > (number("maxItems") ?? Infinity))
      tell(`Too many: ${value.length}: must have at most ${number("maxItems")} items`);
  }
  if (isFields(value)) {
    const size = Object.keys(value).length;
    if (size < (number("minProperties") ?? 0))
      refuse(`should have at least ${number("minProperties")} properties`, size);
    if (size > (number("maxProperties") ?? Infinity))
      tell(`Too many: ${size}: must have at most ${number("maxProperties")} items`);
  }
  return causes;
}

const formats: Readonly<Record<string, (text: string) => boolean>> = {
  "date-time": (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text),
  ipv4: isIPv4,
  ipv6: isIPv6,
  cidr: (text) => {
    const [address = "", prefix = "", ...rest] = text.split("/");
    const bits = isIP(address) === 4 ? 32 : 128;
    return isIP(address) !== 0 && rest.length === 0 && /^\d+$/.test(prefix) && Number(prefix) <= bits;
  },
};

/** allOf, anyOf, oneOf and not; of alternatives that all fail, what is wrong with the nearest. */
function combined(schema: Schema, value: unknown, path: string): Cause[] {
  const each = (key: string) => listOf<Schema>(schema[key]).map((part) => validate(part, value, undefined, path));
  // The API server names no field here.
  const tell = (rule: string) => ({ field: "<nil>", message: `Invalid value: "": "${path}" ${rule}` });
  const nearest = (failures: readonly Cause[][]) => failures.reduce((a, b) => (b.length < a.length ? b : a));
  const causes: Cause[] = each("allOf").flat();
  const any = each("anyOf");
  if (any.length > 0 && any.every((failure) => failure.length > 0))
    causes.push(tell("must validate at least one schema (anyOf)"), ...nearest(any));
  const one = each("oneOf");
  const valid = one.filter((failure) => failure.length === 0).length;
  if (one.length > 0 && valid === 0)
    causes.push(tell("must validate one and only one schema (oneOf). Found none valid"), ...nearest(one));
  if (valid > 1) causes.push(tell(`must validate one and only one schema (oneOf). Found ${valid} valid alternatives`));
  const { not } = schema;
  if (isFields(not) && validate(not, value, undefined, path).length === 0)
    causes.push(tell("must not validate the schema (not)"));
  return causes;
}
