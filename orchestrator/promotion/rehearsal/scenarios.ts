import type { Scenario } from "./scenario";
import { crashes } from "./scenarios/crashes";
import { gates } from "./scenarios/gates";
import { rollout } from "./scenarios/rollout";

/** The way to production and all that goes wrong on it, each on a world of its own. */
export const scenarios: readonly Scenario[] = [...gates, ...rollout, ...crashes];
