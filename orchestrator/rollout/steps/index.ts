import type { EnvironmentContext } from "../context";
import type { Step, StepOutcome } from "../step";
import { destroyPhase, removeRest } from "./destroy";
import { preflight } from "./preflight";
import { preview, settle } from "./preview";
import { sweep } from "./sweep";
import { up } from "./up";
import { verify } from "./verify";

/** Does one step in its environment. */
export function perform(step: Step, context: EnvironmentContext): Promise<StepOutcome> {
  switch (step.kind) {
    case "preflight":
      return preflight(context);
    case "preview":
      return preview(context);
    case "up":
      return up(context, phaseOf(step));
    case "verify":
      return verify(context, phaseOf(step));
    case "settle":
      return settle(context);
    case "destroy":
      return destroyPhase(context, phaseOf(step));
    case "remove":
      return removeRest(context);
    case "sweep":
      return sweep(context);
  }
}

function phaseOf(step: Step): NonNullable<Step["phase"]> {
  if (step.phase === undefined) throw new Error(`step ${step.id} has no phase`);
  return step.phase;
}
