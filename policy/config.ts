import { environments, levelOf, type Environment, type Level, type Rule } from "./rule";
import { readWaivers, type Waiver } from "./waiver";

/** A policy-config file: a level, or a level and settings, per rule; `all` stands for every rule. */
export type PackConfig = Readonly<Record<string, unknown>>;

const LEVELS: readonly string[] = ["advisory", "mandatory", "remediate", "disabled"] satisfies Level[];

/** Level and settings a config gives a rule: its own entry over `all`, as the engine merges them. */
export function readConfig(config: PackConfig, rule: string): { level?: Level; settings: Record<string, unknown> } {
  const layers = [config["all"], Object.hasOwn(config, rule) ? config[rule] : undefined].map(split);
  const level = layers.map((layer) => layer.level).findLast((one) => one !== undefined);
  return {
    ...(level && { level }),
    settings: Object.assign({}, ...layers.map(({ settings }) => settings)) as Record<string, unknown>,
  };
}

function split(entry: unknown): { level?: Level; settings: Record<string, unknown> } {
  if (isLevel(entry)) return { level: entry, settings: {} };
  if (typeof entry !== "object" || entry === null) return { settings: {} };
  const { enforcementLevel, ...settings } = entry as Record<string, unknown>;
  return isLevel(enforcementLevel) ? { level: enforcementLevel, settings } : { settings };
}

const isLevel = (value: unknown): value is Level => typeof value === "string" && LEVELS.includes(value);

/** The waivers a config holds: those of `all`, then those of each rule. */
export function waiversOf(config: PackConfig): Waiver[] {
  return Object.values(config).flatMap((entry) =>
    typeof entry === "object" && entry !== null ? readWaivers((entry as Record<string, unknown>)["waivers"]) : [],
  );
}

/**
 * The policy-config file of an environment, from what the rules say of themselves: config/<environment>.json is this,
 * with the platform's own waivers added to `all`. A test holds the two against each other.
 */
export function configFor(environment: Environment, rules: readonly Rule[]): Record<string, unknown> {
  const entries = rules.flatMap((rule): [string, unknown][] => {
    const level = levelOf(rule, environment);
    const settings = rule.tuned?.[environment];
    const late = environment === "production" && rule.decidedLate === true && { whenUnknown: "advisory" };
    if (settings !== undefined || late) return [[rule.name, { enforcementLevel: level, ...settings, ...late }]];
    return level === "mandatory" ? [] : [[rule.name, level]];
  });
  // Production fails closed on what is not known before the update (E1.5).
  const whenUnknown = environment === "production" ? "violation" : "advisory";
  return { all: { enforcementLevel: "mandatory", whenUnknown }, ...Object.fromEntries(entries) };
}

export const isEnvironment = (value: unknown): value is Environment =>
  (environments as readonly unknown[]).includes(value);
