import { randomBytes, randomInt, randomUUID } from "node:crypto";
import type { Properties } from "../provider/serve";
import { ADJECTIVES, ADVERBS, NAMES } from "./words";

/** A value and what else is known of it. */
export interface Generated {
  readonly id: string;
  readonly outputs: Properties;
}

/** Symbols of the provider when `overrideSpecial` is not set (registry.terraform.io, random_password). */
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";
const CLASSES = {
  lower: "abcdefghijklmnopqrstuvwxyz",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  numeric: "0123456789",
} as const;

function text(length: number, inputs: Properties): string {
  const special =
    inputs["overrideSpecial"] === undefined || inputs["overrideSpecial"] === ""
      ? SPECIAL
      : String(inputs["overrideSpecial"]);
  const classes = [
    { chars: CLASSES.lower, on: inputs["lower"] !== false, least: Number(inputs["minLower"] ?? 0) },
    { chars: CLASSES.upper, on: inputs["upper"] !== false, least: Number(inputs["minUpper"] ?? 0) },
    {
      chars: CLASSES.numeric,
      on: (inputs["numeric"] ?? inputs["number"]) !== false,
      least: Number(inputs["minNumeric"] ?? 0),
    },
    { chars: special, on: inputs["special"] !== false, least: Number(inputs["minSpecial"] ?? 0) },
  ];
  const all = classes
    .filter(({ on }) => on)
    .map(({ chars }) => chars)
    .join("");
  const forced = classes.flatMap(({ chars, least }) => Array.from({ length: least }, () => pick(chars)));
  const free = Array.from({ length: length - forced.length }, () => pick(all));
  return shuffled([...forced, ...free]).join("");
}

const pick = (chars: string): string => chars.charAt(randomInt(chars.length));
const word = (words: readonly string[]): string => words[randomInt(words.length)] as string;

/** Fisher and Yates, over the system's entropy. */
function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

function bytesOf(bytes: Buffer, prefix: string): Generated {
  const url = bytes.toString("base64url");
  return {
    id: url,
    outputs: {
      b64Url: prefix + url,
      b64Std: prefix + bytes.toString("base64"),
      hex: prefix + bytes.toString("hex"),
      dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
    },
  };
}

function pet(inputs: Properties): Generated {
  const length = Number(inputs["length"] ?? 2);
  const separator = String(inputs["separator"] ?? "-");
  const words = [
    ...Array.from({ length: Math.max(0, length - 2) }, () => word(ADVERBS)),
    ...(length > 1 ? [word(ADJECTIVES)] : []),
    word(NAMES),
  ];
  const prefix = inputs["prefix"] === undefined ? [] : [String(inputs["prefix"])];
  return { id: [...prefix, ...words].join(separator), outputs: {} };
}

function shuffle(inputs: Properties): Generated {
  const items = inputs["inputs"] as string[];
  const wanted = Number(inputs["resultCount"] ?? items.length);
  const results: string[] = [];
  // More than there are: shuffled again and again, as the provider does.
  while (results.length < wanted && items.length > 0)
    results.push(...shuffled(items).slice(0, wanted - results.length));
  return { id: "-", outputs: { results } };
}

const named = (result: string): Generated => ({ id: result, outputs: { result } });

/** Milliseconds in front, so that ids sort by age (RFC 9562, version 7). */
function uuid7(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** How each resource of the package comes by its value; `restore` takes up an existing one (import). */
export const generators: Readonly<
  Record<
    string,
    { generate(inputs: Properties): Generated; restore?(id: string): Generated; secret?: readonly string[] }
  >
> = {
  RandomId: {
    generate: (inputs) => bytesOf(randomBytes(Number(inputs["byteLength"])), String(inputs["prefix"] ?? "")),
    restore: (id) => {
      const [prefix, url] = id.includes(",") ? (id.split(",", 2) as [string, string]) : ["", id];
      return bytesOf(Buffer.from(url, "base64url"), prefix);
    },
  },
  RandomBytes: {
    generate: (inputs) => {
      const bytes = randomBytes(Number(inputs["length"]));
      return { id: "none", outputs: { base64: bytes.toString("base64"), hex: bytes.toString("hex") } };
    },
    secret: ["base64", "hex"],
  },
  RandomInteger: {
    generate: (inputs) => {
      const result = randomInt(Number(inputs["min"]), Number(inputs["max"]) + 1);
      return { id: String(result), outputs: { result } };
    },
  },
  RandomPassword: {
    generate: (inputs) => ({ id: "none", outputs: { result: text(Number(inputs["length"]), inputs) } }),
    restore: (id) => ({ id: "none", outputs: { result: id } }),
    secret: ["result"],
  },
  RandomPet: { generate: pet },
  RandomShuffle: { generate: shuffle },
  RandomString: { generate: (inputs) => named(text(Number(inputs["length"]), inputs)), restore: named },
  RandomUuid: { generate: () => named(randomUUID()), restore: named },
  RandomUuid4: { generate: () => named(randomUUID()), restore: named },
  RandomUuid7: { generate: () => named(uuid7()), restore: named },
};
