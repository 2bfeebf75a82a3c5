import type { Value } from "./value";

/** One thing a user can set of a rule; a JSON schema as CrossGuard's `configSchema` takes it. */
export interface Setting<T> {
  readonly type: "boolean" | "integer" | "number" | "string" | "array";
  readonly default: T;
  readonly description: string;
  readonly enum?: readonly T[];
  readonly minimum?: number;
  readonly items?: { readonly type: "string" };
}
export type Values = Readonly<Record<string, boolean | number | string | readonly string[]>>;

/** On or off. */
export const flag = (description: string, value: boolean): Setting<boolean> => ({
  type: "boolean",
  default: value,
  description,
});
/** A whole number from 0. */
export const count = (description: string, value: number): Setting<number> => ({
  type: "integer",
  default: value,
  minimum: 0,
  description,
});
/** Text; a Kubernetes quantity, a name, a version. */
export const text = (description: string, value: string): Setting<string> => ({
  type: "string",
  default: value,
  description,
});
/** One of a few words. */
export const choice = <T extends string>(description: string, value: T, options: readonly T[]): Setting<T> => ({
  type: "string",
  default: value,
  enum: options,
  description,
});
/** Any number of texts. */
export const list = (description: string, value: readonly string[]): Setting<readonly string[]> => ({
  type: "array",
  default: value,
  items: { type: "string" },
  description,
});

/**
 * The values a rule is judged with: its defaults, then what is given. The SDK applies no defaults by itself, and a host
 * other than the engine sends none. A value of the wrong kind is left out: the default is the stricter reading.
 */
export function settle(
  settings: Readonly<Record<string, Setting<unknown>>> | undefined,
  ...given: readonly (Readonly<Record<string, unknown>> | undefined)[]
): Values {
  const values: Record<string, Value> = {};
  for (const [key, setting] of Object.entries(settings ?? {})) {
    const found = given.map((layer) => layer?.[key]).findLast((value) => fits(setting, value));
    values[key] = (found ?? setting.default) as Value;
  }
  return values as Values;
}

/** Whether a value is what a setting asks for. */
export function fits(setting: Setting<unknown>, value: unknown): boolean {
  if (setting.enum !== undefined && !setting.enum.includes(value)) return false;
  switch (setting.type) {
    case "array":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "integer":
      return Number.isInteger(value) && (value as number) >= (setting.minimum ?? Number.MIN_SAFE_INTEGER);
    default:
      return typeof value === setting.type;
  }
}
