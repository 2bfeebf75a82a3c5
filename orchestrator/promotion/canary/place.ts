import { APPLICATION, namesOf } from "../../../infra/environments/names";
import { stableKind } from "../../../infra/environments/sizes";
import type { Json } from "../canonical";
import type { Environment } from "../environment";
import type { ReleaseRecord } from "../record";

/** Where a release's canary runs. */
export interface CanaryPlace {
  readonly namespace: string;
  /** Of the Rollout. */
  readonly name: string;
}

/**
 * The canary that a release's own settings ask for in an environment (`application.rollout`); undefined where versions
 * are replaced pod by pod, or by Flagger, which Flux delivers with and no promotion by Git speaks to. Pure.
 */
export function canaryPlaceOf({ configuration }: ReleaseRecord, environment: Environment): CanaryPlace | undefined {
  const settings = configuration[environment];
  const [by, domain] = [at(settings, "slipway:application", "rollout", "by"), at(settings, "slipway:domain")];
  if (by !== "argo-rollouts" || typeof domain !== "string") return undefined;
  const { namespace } = namesOf({ kind: stableKind[environment], domain });
  return { namespace, name: APPLICATION.name };
}

function at(value: Json | undefined, ...keys: readonly string[]): Json | undefined {
  return keys.reduce<Json | undefined>(
    (found, key) =>
      typeof found === "object" && found !== null && !Array.isArray(found)
        ? (found as Readonly<Record<string, Json>>)[key]
        : undefined,
    value,
  );
}
