import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { ConfigError, didYouMean, type Mistake } from "./mistakes";
import { crossCheck } from "./rules";
import { schema, type PlatformConfig } from "./schema";

export { ConfigError, type Mistake } from "./mistakes";
export type { PlatformConfig, PoolConfig } from "./schema";

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
  if (!result.success)
    throw new ConfigError(
      stack,
      result.error.issues.flatMap((issue) => explain(issue, raw)),
    );
  const config = result.data;
  const mistakes = crossCheck(config);
  if (config.environment !== stack)
    mistakes.unshift({
      key: "environment",
      value: JSON.stringify(config.environment),
      rule: `the stack's own name, ${stack} (B1.5)`,
      fix: `set ${stack}, or use the stack ${config.environment}`,
    });
  if (mistakes.length > 0) throw new ConfigError(stack, mistakes);
  return config;
}

/** Reads the stack's configuration inside a Pulumi program. */
export function loadConfig(): PlatformConfig {
  const config = new pulumi.Config(NAMESPACE);
  const keys = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(`${NAMESPACE}:`));
  const raw = keys.map((key) => key.slice(NAMESPACE.length + 1)).map((key) => [key, typed(config.require(key))]);
  return parseConfig(Object.fromEntries(raw) as Record<string, unknown>, pulumi.getStack());
}

/** Pulumi hands every value over as text; objects, numbers and booleans as JSON. */
function typed(text: string): unknown {
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
      fix: "correct the value",
    },
  ];
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
