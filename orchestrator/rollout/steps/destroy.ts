import type { EnvironmentContext } from "../context";
import type { Phase } from "../phases";
import { guardedByAws } from "../disarm";
import type { StateResource } from "../stack";
import type { StepOutcome } from "../step";
import { phaseOf, phaseTargets, sharedTargets } from "../targets";
import { attempt, unsuccessful } from "./ended";
import { proofOf } from "./preflight";

/** Takes one phase down. Protected state is refused before anything of it is touched. */
export async function destroyPhase(context: EnvironmentContext, phase: Phase): Promise<StepOutcome> {
  const { stack } = context;
  const { resources } = await stack.state();
  // Of all phases asked for, not only of this one: to stop half-way down would leave an environment that is neither.
  const asked = new Set<string | undefined>(context.chosen.map(({ name }) => name));
  const whole = context.chosen.length === context.phases.length;
  const guarded = resources.filter(({ urn, protect }) => protect === true && (whole || asked.has(phaseOf(urn))));
  if (guarded.length > 0) {
    if (!context.destroyProtected) return protectedState(context.environment, guarded);
    const refused = await disarm(context, resources);
    if (refused) return refused;
    await stack.unprotect();
  }
  const proof = proofOf(context);
  if (!resources.some(({ urn }) => phaseOf(urn) === phase.name)) {
    return { status: "succeeded", proof, changes: {}, notes: [`${phase.title}: nothing of it stands`] };
  }
  const { operation, notes } = await attempt(context, () =>
    stack.destroy(phaseTargets(stack.project, stack.name, phase)),
  );
  const failed = unsuccessful(operation, `taking down ${phase.title} of ${context.environment}`);
  return { ...(failed ?? { status: "succeeded" }), proof, changes: operation.changes, notes };
}

/** Takes down what belongs to no phase, then forgets the stack. */
export async function removeRest(context: EnvironmentContext): Promise<StepOutcome> {
  const { operation, notes } = await attempt(context, () => context.stack.destroy());
  const failed = unsuccessful(operation, `removing what is left of ${context.environment}`);
  if (!failed) await context.stack.remove();
  return { ...(failed ?? { status: "succeeded" }), proof: proofOf(context), changes: operation.changes, notes };
}

/** Takes off the guards that AWS keeps itself. Before the protection is lifted: the update would set it again. */
async function disarm(
  context: EnvironmentContext,
  resources: readonly StateResource[],
): Promise<StepOutcome | undefined> {
  const { stack, environment } = context;
  const urns = guardedByAws(resources).map(({ urn }) => urn);
  if (urns.length === 0) return undefined;
  const { operation } = await attempt(context, () =>
    stack.disarm([...urns, ...sharedTargets(stack.project, stack.name)]),
  );
  return unsuccessful(operation, `taking the deletion protection off ${environment}`);
}

function protectedState(environment: string, guarded: readonly { urn: string }[]): StepOutcome {
  return {
    status: "failed",
    kind: "refused",
    reason: `${environment} holds ${guarded.length} protected resource(s): ${guarded.map(({ urn }) => urn).join(", ")}; nothing was touched`,
    fix: "their data would be lost for good; if that is what you want, say so with --destroy-protected",
  };
}
