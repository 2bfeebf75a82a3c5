import type { PlannedResource } from "../cost/estimate";
import type { Violation } from "./step";

/** What comes into an environment and is no resource of its program: manifests given by hand, what Helm releases bring. */
export interface BesideRequest {
  readonly environment: string;
  /** The environment's policy-config file. */
  readonly levels: string;
  /** What the preview plans. */
  readonly resources: readonly PlannedResource[];
  /** As `2027-01-31`, for waivers. */
  readonly today: string;
}
export interface BesideVerdict {
  readonly violations: readonly Violation[];
  readonly notes: readonly string[];
}
export type JudgeBeside = (request: BesideRequest) => Promise<BesideVerdict>;
