import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { ConfigError, didYouMean, type Mistake } from "./mistakes";
import { crossCheck } from "./rules";
import { schema, type PlatformConfig } from "./schema";

export { ConfigError, type Mistake } from "./mistakes";
export type { AddonName, PlatformConfig, PoolConfig, Weekday, WeeklyHours } from "./schema";

const NAMESPACE = "slipway";

/**
 * Checks a configuration and fills in defaults; throws one ConfigError that names every mistake. Pure: the program,
 * the orchestrator's doctor and tests all come through here.
 *
 * @param raw the values under `slipway:`, by their short names
 * @param stack the stack's name, which has to be the environment's (B1.5)
 */
export function parseConfig(raw: Readonly<Record<string, unknown>>, stack: string): PlatformConfig {
  const result = schema.safeParse(raw);
  // Rules over several keys judge what is well-formed even when something else is not: all mistakes at once.
  const config = result.success ? result.data : wellFormed(raw);
  const mistakes = [
    ...(result.success ? [] : result.error.issues.flatMap((issue) => explain(issue, raw))),
    ...crossCheck(config),
  ];
  if (config.environment !== undefined && config.environment !== stack)
    mistakes.unshift({
      key: "environment",
      value: JSON.stringify(config.environment),
      rule: `the stack's own name, ${stack} (B1.5)`,
      fix: `set ${stack}, or use the stack ${config.environment}`,
    });
  if (!result.success || mistakes.length > 0) throw new ConfigError(stack, mistakes);
  return result.data;
}

/** The top-level keys that are right by themselves, with their defaults. */
function wellFormed(raw: Readonly<Record<string, unknown>>): Partial<PlatformConfig> {
  return Object.fromEntries(
    Object.entries(schema.shape).flatMap(([key, part]) => {
      const parsed = part.safeParse(raw[key]);
      return parsed.success ? [[key, parsed.data]] : [];
    }),
  );
}

/** Reads the stack's configuration inside a Pulumi program. */
export function loadConfig(): PlatformConfig {
  const config = new pulumi.Config(NAMESPACE);
  const keys = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(`${NAMESPACE}:`));
  const raw = keys
    .map((key) => key.slice(NAMESPACE.length + 1))
    .map((key) => [key, fromText(key, config.require(key))]);
  return parseConfig(Object.fromEntries(raw) as Record<string, unknown>, pulumi.getStack());
}

/**
 * Pulumi hands every value over as text, objects, numbers and booleans as JSON. What the schema wants as text stays
 * text: a cost centre may be a number to the eye.
 */
export function fromText(key: string, text: string): unknown {
  if ((schema.shape as Record<string, z.ZodType>)[key]?.safeParse(text).success === true) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function explain(issue: z.core.$ZodIssue, raw: unknown): Mistake[] {
  const key = issue.path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : i === 0 ? String(part) : `.${String(part)}`))
    .join("");
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(issue.path);
    return issue.keys.map((name) => {
      const meant = didYouMean(name, known);
      return {
        key: key === "" ? name : `${key}.${name}`,
        value: "",
        rule: "no such key",
        fix: meant === undefined ? `remove it; known keys are ${known.join(", ")}` : `did you mean ${meant}?`,
      };
    });
  }
  const value = issue.path.reduce<unknown>(
    (node, part) =>
      typeof node === "object" && node !== null ? (node as Record<PropertyKey, unknown>)[part] : undefined,
    raw,
  );
  if (value === undefined) return [{ key, value: "", rule: "required", fix: `set ${NAMESPACE}:${key}` }];
  return [
    {
      key,
      value: JSON.stringify(value) ?? "",
      rule: issue.message.replace(/^Invalid (string|input|option): /, ""),
      fix: fixOf(issue),
    },
  ];
}

function fixOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_value":
      return `use one of ${issue.values.map(String).join(", ")}`;
    case "invalid_union":
      return "use one of the values the rule names";
    case "invalid_type":
      return `write ${/^[aeio]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
    case "too_small":
      return issue.origin === "array"
        ? `name at least ${String(issue.minimum)}`
        : `use ${String(issue.minimum)} or more`;
    case "too_big":
      return issue.origin === "array"
        ? `name at most ${String(issue.maximum)}`
        : `use ${String(issue.maximum)} or less`;
    case "invalid_format":
      return issue.format === "url" ? "write the whole address, like https://…" : `write ${issue.message}`;
    default:
      return `write ${issue.message}`;
  }
}

/** Keys the schema knows at a place. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let node: unknown = schema;
  for (const part of [...path, undefined]) {
    while (typeof node === "object" && node !== null && !("shape" in node) && "def" in node) {
      const def = (node as { def: { innerType?: unknown } }).def;
      if (def.innerType === undefined) return [];
      node = def.innerType;
    }
    const shape = (node as { shape?: Record<string, unknown> }).shape;
    if (shape === undefined) return [];
    if (part === undefined) return Object.keys(shape);
    node = shape[String(part)];
  }
  return [];
}
