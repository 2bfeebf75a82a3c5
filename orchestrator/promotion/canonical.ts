import { createHash } from "node:crypto";

/** Plain JSON data. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The one text of a JSON value (RFC 8785, JSON Canonicalization Scheme): no white space, members sorted by UTF-16 code
 * units, numbers and strings as ECMAScript writes them, which is what the RFC prescribes. The same data has the same
 * text on any machine, so its hash is its name.
 *
 * @throws TypeError for what is no JSON, named by its place. `undefined` is refused and not dropped: whether a member
 *   is there decides the hash, and must not depend on who built the object.
 */
export function canonical(value: unknown, place = "$"): string {
  switch (typeof value) {
    case "boolean":
      return String(value);
    case "number":
      if (!Number.isFinite(value))
        throw new TypeError(`${place} is ${value}, which JSON cannot say (RFC 8785, 3.2.2.3)`);
      return JSON.stringify(value);
    case "string":
      // A lone surrogate is no Unicode text: what one program escapes another replaces (RFC 8785, 3.2.2.2).
      if (!value.isWellFormed()) throw new TypeError(`${place} holds a lone surrogate`);
      return JSON.stringify(value);
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value))
        return `[${value.map((item, index) => canonical(item, `${place}[${index}]`)).join(",")}]`;
      if (isPlain(value)) return members(value, place);
      break;
    default:
  }
  throw new TypeError(`${place} is no JSON value (${typeof value})`);
}

/** `sha256:` and 64 hexadecimal digits: how every hash is written in records, plans and the ledger. */
export function digestOf(data: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(data).digest("hex")}`;
}

/** The name of a JSON value: the digest of its canonical text. */
export function contentHash(value: unknown): string {
  return digestOf(canonical(value));
}

/** The form of a digest, for schemas and command lines. */
export const DIGEST = /^sha256:[0-9a-f]{64}$/;

function members(value: Readonly<Record<string, unknown>>, place: string): string {
  const pairs = Object.keys(value)
    .toSorted(byCodeUnits)
    .map((key) => `${canonical(key, `a key of ${place}`)}:${canonical(value[key], `${place}.${key}`)}`);
  return `{${pairs.join(",")}}`;
}

/** The RFC's order: not the locale's, and not that of code points. */
function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Dates, maps and instances have members too, but say something else with them. */
function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
