import { awsCases } from "./aws";
import type { Cases } from "./case";
import { environmentCases } from "./environments";
import { objectCases, stackCases } from "./objects";
import { podCases } from "./pods";

/** Every rule's cases: what the evaluator, the SDK and the admission policies have to agree on. */
export const cases: readonly Cases[] = [...podCases, ...objectCases, ...stackCases, ...environmentCases, ...awsCases];
