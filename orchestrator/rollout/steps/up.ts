import type { Refusal } from "../../checks/check";
import type { EnvironmentContext } from "../context";
import { knownOutputs, secretTexts } from "../outputs";
import type { Phase } from "../phases";
import type { StepOutcome } from "../step";
import { countByPhase, phaseTargets, requirePlanned, sharedTargets } from "../targets";
import { attempt, unsuccessful } from "./ended";
import { proofOf } from "./preflight";

/** Builds one phase: its component and all below it, nothing else. */
export async function up(context: EnvironmentContext, phase: Phase): Promise<StepOutcome> {
  const { stack, environment } = context;
  requirePlanned(environment, phase, context.planned ?? {});
  const built = countByPhase((await stack.state()).resources.map(({ urn }) => urn));
  const isBuilt = ({ name }: Phase) => (built[name] ?? 0) > 0;
  const absent = context.phases.filter((one) => one.number < phase.number && !isBuilt(one));
  if (absent.length > 0) {
    return {
      status: "failed",
      kind: "usage",
      reason: `${environment}: ${absent.map(({ number, title }) => `phase ${number} (${title})`).join(", ")} must stand before phase ${phase.number}`,
      fix: `start with --from ${absent[0]?.number}`,
    };
  }
  const refusal = isBuilt(phase) ? await refusalOf(context, phase) : undefined;
  if (refusal !== undefined) return { status: "failed", kind: "refused", ...refusal };
  const targets = [...phaseTargets(stack.project, stack.name, phase), ...sharedTargets(stack.project, stack.name)];
  // Where a later phase stands it is declared too: what it reads from this one is held against what it has.
  const whole = context.phases.some((one) => one.number > phase.number && isBuilt(one));
  const { operation, notes } = await attempt(context, () => stack.up(targets, whole ? undefined : phase.number));
  const failed = unsuccessful(operation, `building ${phase.title} of ${environment}`);
  return {
    ...(failed ?? { status: "succeeded" }),
    proof: proofOf(context),
    changes: operation.changes,
    notes,
  };
}

/** What the check of a phase that stands has against this change: of one that does not, nothing could break. */
async function refusalOf(context: EnvironmentContext, phase: Phase): Promise<Refusal | undefined> {
  const check = await context.checkOf(phase);
  if (check.admit === undefined) return undefined;
  const raw = await context.stack.outputs();
  for (const text of secretTexts(raw)) context.redactor.add(text);
  const outputs = knownOutputs(raw);
  const { config, waitUntil } = context;
  return check.admit({ outputs, config, clients: await context.clientsFor(outputs), waitUntil });
}
