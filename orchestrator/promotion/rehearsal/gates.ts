import type { Environment } from "../environment";
import type { Verdict } from "../event";
import { gateNames, type GateName } from "../gate/settings";
import type { Stage, StageResult } from "../stages";

/** What proves a release in each environment: the gates that promotion/rules.yaml ships with, which a test compares. */
export const GATES: Readonly<Record<Environment, readonly GateName[]>> = {
  dev: ["smoke", "integration", "security"],
  staging: [...gateNames],
  production: ["smoke"],
};

/** What becomes of a gate that somebody plays. */
export type Played = Readonly<Partial<Record<GateName, Exclude<Verdict, "passed">>>>;

const shown: Readonly<Record<GateName, string>> = {
  smoke: "health and status answered",
  integration: "412 passed",
  performance: "p99 180 ms",
  security: "nothing found",
};

/** Gates of an environment, in their order, that pass unless `played` says otherwise at that moment. */
export function playedGates(environment: Environment, played: () => Played): Stage[] {
  return GATES[environment].map((name) => ({
    name,
    when: "after",
    onRollback: name === "smoke",
    run(): Promise<StageResult> {
      const verdict = played()[name] ?? "passed";
      const good = verdict === "passed";
      return Promise.resolve({
        verdict,
        summary: good ? shown[name] : `${name} says otherwise`,
        seconds: 1,
        fix: good ? "" : "look at what it says",
      });
    },
  }));
}
