import { standingOf } from "../promotion/standing";
import type { Store } from "../promotion/store";

/** The Kubernetes version of the last release that was verified in staging; undefined when none was. */
export async function stagingVersion({ ledger, releases }: Store): Promise<string | undefined> {
  const last = standingOf(await ledger.read()).environments.staging.verified.at(-1);
  if (last === undefined) return undefined;
  const settings = (await releases.get(last)).configuration.staging;
  return versionOf(settings);
}

/** `slipway:cluster.version` of a settings file's `config`. */
export function versionOf(settings: unknown): string | undefined {
  const version = field(field(settings, "slipway:cluster"), "version");
  return typeof version === "string" ? version : undefined;
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
