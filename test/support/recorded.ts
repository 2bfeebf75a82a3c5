import type { PlatformConfig } from "../../infra/config";
import { buildPlatform, type ProgramOutputs } from "../../infra/platform";
import { configOf, record, type Registered } from "./pulumi";

interface Recorded {
  readonly seen: Registered[];
  readonly result: ProgramOutputs;
}
const known = new Map<string, Promise<Recorded>>();

/**
 * Everything the platform registers under this configuration, by default the environment's own. Recorded once for all
 * tests of the process, and locked, so that none of them changes what another one reads.
 */
export function recorded(environment: string, config: PlatformConfig = configOf(environment)): Promise<Recorded> {
  const key = JSON.stringify([environment, config]);
  const found = known.get(key) ?? record(environment, () => buildPlatform(config)).then(locked);
  known.set(key, found);
  return found;
}

function locked({ seen, result }: Recorded): Recorded {
  lock(seen);
  return { seen, result };
}

/** Data only: what the SDK made of it has a life of its own. Policies may note on a resource what they found out. */
function lock(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) return;
  for (const key of Object.keys(value)) {
    if (Object.getOwnPropertyDescriptor(value, key)?.writable !== true) continue;
    Object.defineProperty(value, key, { writable: false, configurable: false });
    lock((value as Record<string, unknown>)[key]);
  }
}
