import { charts } from "../charts";
import { unsupportedPairs } from "../skew";
import { applicationRules } from "./application-rules";
import { clusterRules } from "./cluster-rules";
import { governanceRules } from "./governance-rules";
import { mistake, type Mistake, type Rule } from "./mistakes";
import { networkRules } from "./network-rules";
import { operationRules } from "./operation-rules";
import { optionRules } from "./option-rules";
import type { PlatformConfig } from "./schema";

export { kubernetesVersions } from "./cluster-rules";
export { addressPlan } from "./network-rules";

/** Rules that one key alone cannot break. All of them run; each says what to do. */
const rules: readonly Rule[] = [
  ...networkRules,
  ...clusterRules,
  ...applicationRules,
  ...operationRules,
  ...governanceRules,
  ...optionRules,
  (config) =>
    unsupportedPairs(config).map(({ key, pair, value, fact, fix }) =>
      mistake(key, value, `a version that goes with the rest: ${pair} does not, since ${fact} (A21.5)`, fix),
    ),
  (config) =>
    Object.keys(config.charts).flatMap((name) =>
      name in charts
        ? []
        : [
            mistake(
              `charts.${name}`,
              config.charts[name],
              "the name of a chart the platform installs",
              `use one of ${Object.keys(charts).join(", ")}`,
            ),
          ],
    ),
];

/** A rule asked for a key that is itself mistaken: it cannot be judged. */
class Unjudged extends Error {}

/** Mistakes between keys; rules over keys that are not there, because they are mistaken themselves, stay silent. */
export function crossCheck(config: Partial<PlatformConfig>): Mistake[] {
  const present = new Proxy(config, {
    get: (target, key) => {
      if (!(key in target)) throw new Unjudged();
      return target[key as keyof PlatformConfig];
    },
  }) as PlatformConfig;
  return rules.flatMap((rule) => {
    try {
      return rule(present) ?? [];
    } catch (error) {
      if (error instanceof Unjudged) return [];
      throw error;
    }
  });
}
