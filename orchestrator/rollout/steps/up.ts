import type { EnvironmentContext } from "../context";
import type { Phase } from "../phases";
import type { StepOutcome } from "../step";
import { countByPhase, phaseTargets, requirePlanned, sharedTargets } from "../targets";
import { attempt, unsuccessful } from "./ended";
import { proofOf } from "./preflight";

/** Builds one phase: its component and all below it, nothing else. */
export async function up(context: EnvironmentContext, phase: Phase): Promise<StepOutcome> {
  const { stack, environment } = context;
  requirePlanned(environment, phase, context.planned ?? {});
  const absent = await earlierPhasesNotBuilt(context, phase);
  if (absent.length > 0) {
    return {
      status: "failed",
      kind: "usage",
      reason: `${environment}: ${absent.map(({ number, title }) => `phase ${number} (${title})`).join(", ")} must stand before phase ${phase.number}`,
      fix: `start with --from ${absent[0]?.number}`,
    };
  }
  const { operation, notes } = await attempt(context, () =>
    stack.up([...phaseTargets(stack.project, stack.name, phase), ...sharedTargets(stack.project, stack.name)]),
  );
  const failed = unsuccessful(operation, `building ${phase.title} of ${environment}`);
  return {
    ...(failed ?? { status: "succeeded" }),
    proof: proofOf(context),
    changes: operation.changes,
    notes,
  };
}

async function earlierPhasesNotBuilt(context: EnvironmentContext, phase: Phase): Promise<readonly Phase[]> {
  const earlier = context.phases.filter(({ number }) => number < phase.number);
  const built = countByPhase((await context.stack.state()).resources.map(({ urn }) => urn));
  return earlier.filter(({ name }) => (built[name] ?? 0) === 0);
}
