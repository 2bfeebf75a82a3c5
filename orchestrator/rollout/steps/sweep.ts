import type { EnvironmentContext } from "../context";
import type { StepOutcome } from "../step";
import { proofOf } from "./preflight";

/** Tag that every taggable resource of an environment carries (B2.3). */
const ENVIRONMENT_TAG = "environment";

/** Asks the account, not the state, what is left of the environment: nothing may be (A21.4). */
export async function sweep(context: EnvironmentContext): Promise<StepOutcome> {
  const left = await context.aws.tagged(ENVIRONMENT_TAG, context.environment);
  const findings = [
    {
      requirement: "A21.4",
      title: "nothing of the environment is left in the account",
      verdict: left.length === 0 ? ("passed" as const) : ("failed" as const),
      detail:
        left.length === 0
          ? `no resource carries the tag ${ENVIRONMENT_TAG}=${context.environment}`
          : `${left.length} resource(s) still carry the tag ${ENVIRONMENT_TAG}=${context.environment}`,
      subjects: left.map(({ arn }) => arn),
    },
  ];
  if (left.length === 0) return { status: "succeeded", proof: proofOf(context), findings };
  return {
    status: "failed",
    kind: "failure",
    proof: proofOf(context),
    findings,
    reason: `${left.length} resource(s) of ${context.environment} are left in the account: ${left.map(({ arn }) => arn).join(", ")}`,
    fix: "delete them by hand; they were made outside the platform, or a controller left them behind",
  };
}
