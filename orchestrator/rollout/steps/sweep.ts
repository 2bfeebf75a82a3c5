import type { EnvironmentContext } from "../context";
import type { StepOutcome } from "../step";
import { proofOf } from "./preflight";

/** Tag that every taggable resource of an environment carries (B2.3). */
const ENVIRONMENT_TAG = "environment";

/**
 * What AWS keeps for a while on purpose, its tags included: keys and secrets wait up to 30 days for their end, and a
 * database leaves a last snapshot. A rehearsal's account keeps none of them.
 */
const KEPT = /^arn:aws:(?:kms:[^:]*:\d+:key\/|secretsmanager:|rds:[^:]*:\d+:snapshot:.*-final-)/;

/** Asks the account, not the state, what is left of the environment: nothing may be (A21.4). */
export async function sweep(context: EnvironmentContext): Promise<StepOutcome> {
  const found = await context.aws.tagged(ENVIRONMENT_TAG, context.environment);
  const proof = proofOf(context);
  const kept = proof === "real cloud" ? found.filter(({ arn }) => KEPT.test(arn)) : [];
  const left = found.filter((one) => !kept.includes(one));
  const notes =
    kept.length === 0 ? [] : [`${kept.length} key(s), secret(s) or last snapshot(s) are kept by AWS until their time`];
  const findings = [
    {
      requirement: "A21.4",
      title: "nothing of the environment is left in the account",
      verdict: left.length === 0 ? ("passed" as const) : ("failed" as const),
      detail:
        left.length === 0
          ? `${kept.length === 0 ? "no resource" : "only what AWS keeps until its time"} carries the tag ${ENVIRONMENT_TAG}=${context.environment}`
          : `${left.length} resource(s) still carry the tag ${ENVIRONMENT_TAG}=${context.environment}`,
      subjects: left.map(({ arn }) => arn),
    },
  ];
  if (left.length === 0) return { status: "succeeded", proof, findings, notes };
  return {
    status: "failed",
    kind: "failure",
    proof,
    findings,
    notes,
    reason: `${left.length} resource(s) of ${context.environment} are left in the account: ${left.map(({ arn }) => arn).join(", ")}`,
    fix: "delete them by hand: they were made outside the platform, a controller left them behind, or they hold data that outlives its claim (volumes outside dev); what was deleted within the hour may still be listed",
  };
}
