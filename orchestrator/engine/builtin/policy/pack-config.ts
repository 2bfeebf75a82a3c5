import * as fs from "node:fs";
import type { ValidateFunction } from "ajv";
import { SlipwayError } from "../../../errors";
import type { Json, Properties } from "../model";

const LEVELS = ["advisory", "mandatory", "disabled", "remediate"] as const;
export type Level = (typeof LEVELS)[number];

/** What a pack says of one of its policies. */
export interface PolicyInfo {
  name: string;
  description: string;
  level: Level;
  schema: { properties: Record<string, Properties>; required: string[] };
}
export interface PolicySetting {
  level: Level;
  properties: Properties;
}
type Given = Level | ({ enforcementLevel?: Level } & Properties);

/** `{"<policy>": "mandatory" | {"enforcementLevel": .., ..}, "all": ..}` */
export function readPackConfig(file: string | undefined): Record<string, Given> {
  if (file === undefined) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    throw new SlipwayError(
      "bad-policy-config",
      `policy config ${file} cannot be read: ${(error as Error).message}`,
      "correct the file",
      "usage",
    );
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new SlipwayError(
      "bad-policy-config",
      `policy config ${file} is no object`,
      "map policy names to levels or settings",
      "usage",
    );
  return parsed as Record<string, Given>;
}

/**
 * The setting of every policy: schema defaults, then the pack's own config, then `all`, then the policy's entry, each
 * over the last, checked against the policy's schema (pulumi.md 8.5: a stand-in must do what the engine does).
 */
export async function reconcile(
  policies: readonly PolicyInfo[],
  initial: Readonly<Record<string, PolicySetting>>,
  given: Readonly<Record<string, Given>>,
  file: string,
): Promise<Record<string, PolicySetting>> {
  const checker = await checkers();
  const settings: Record<string, PolicySetting> = {};
  const mistakes: string[] = [];
  for (const policy of policies) {
    const layers = [given["all"], given[policy.name]].filter((layer) => layer !== undefined).map(split);
    const known = new Set(Object.keys(policy.schema.properties));
    const properties: Properties = { ...defaults(policy), ...initial[policy.name]?.properties };
    let level = initial[policy.name]?.level ?? policy.level;
    layers.forEach((layer, index) => {
      level = layer.level ?? level;
      // What `all` sets concerns only policies that know the property.
      const own = index === layers.length - 1 && given[policy.name] !== undefined;
      for (const [key, value] of Object.entries(layer.properties))
        if (own || known.has(key)) properties[key] = value as Json;
    });
    if (!LEVELS.includes(level))
      mistakes.push(`${policy.name}: enforcementLevel "${String(level)}" is none of ${LEVELS.join(", ")}`);
    const valid = checker(policy.schema);
    if (!valid(properties))
      mistakes.push(
        ...(valid.errors ?? []).map(
          (error) =>
            `${policy.name}: ${error.instancePath.replace(/^\//, "") || "config"} ${error.message ?? "is invalid"}`,
        ),
      );
    settings[policy.name] = { level, properties };
  }
  if (mistakes.length > 0)
    throw new SlipwayError(
      "bad-policy-config",
      `policy config ${file} is invalid:\n${mistakes.map((mistake) => `  ${mistake}`).join("\n")}`,
      "correct the values named; nothing was touched",
      "usage",
    );
  return settings;
}

/** Of schemas that were met before: a rollout loads the same pack twice for each of its environments. */
const compiled = new Map<string, ValidateFunction>();

async function checkers(): Promise<(schema: PolicyInfo["schema"]) => ValidateFunction> {
  const { Ajv } = await import("ajv");
  const ajv = new Ajv({ allErrors: true, strict: false });
  return ({ properties, required }) => {
    const key = JSON.stringify([properties, required]);
    const valid = compiled.get(key) ?? ajv.compile({ type: "object", properties, required });
    compiled.set(key, valid);
    return valid;
  };
}

function split(given: Given): { level: Level | undefined; properties: Properties } {
  if (typeof given === "string") return { level: given, properties: {} };
  const { enforcementLevel, ...properties } = given;
  return { level: enforcementLevel, properties };
}

function defaults(policy: PolicyInfo): Properties {
  return Object.fromEntries(
    Object.entries(policy.schema.properties).flatMap(([key, schema]) =>
      "default" in schema ? [[key, schema["default"] as Json]] : [],
    ),
  );
}
