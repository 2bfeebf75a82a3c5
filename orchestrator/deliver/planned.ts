import type { PlatformConfig } from "../../infra/config";
import type { PlannedResource } from "../cost/estimate";

/** What one environment plans. */
export interface Planned {
  readonly config: PlatformConfig;
  readonly resources: readonly PlannedResource[];
}

/** How the engine writes what only a real account will say. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** What a delivered file holds in its place: whoever applies the file sees that something is to be filled in. */
export const KNOWN_AFTER_APPLY = "<known after apply>";

/** Component of the phase a resource belongs to: `Backup` of `…::slipway:phase:Backup$…`; undefined outside of phases. */
export function phaseOf({ urn }: Pick<PlannedResource, "urn">): string | undefined {
  return /slipway:phase:(\w+)/.exec(urn)?.[1];
}

/** A value as it is delivered: what is unknown says so. */
export function delivered<T>(value: T): T {
  if (typeof value === "string") return value.replaceAll(UNKNOWN, KNOWN_AFTER_APPLY) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => delivered(item)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith("__"))
      .map(([key, item]: [string, unknown]) => [key, delivered(item)]),
  ) as T;
}
