import type { EnvironmentContext } from "../context";
import { resolvePendingCreates } from "../pending";
import type { StepOutcome } from "../step";

/** Asks whether the environment can be worked on, and settles what a killed run left half done. Creates nothing. */
export async function preflight(context: EnvironmentContext): Promise<StepOutcome> {
  const items = await context.preflight();
  const missing = items.filter(({ status }) => status === "missing");
  const notes = [
    ...context.notes,
    ...items.filter(({ status }) => status === "warning").map(({ name, detail }) => `${name}: ${detail}`),
  ];
  if (missing.length > 0) {
    return {
      status: "failed",
      // What preflight finds missing is configuration or set-up, never a gate's verdict.
      kind: "usage",
      notes,
      reason: missing.map(({ name, detail }) => `${name}: ${detail}`).join("; "),
      fix: missing.map(({ remedy }) => remedy ?? "").join("; "),
    };
  }
  return { status: "succeeded", proof: proofOf(context), notes: [...notes, ...(await resolvePendingCreates(context))] };
}

/** What an answer of this environment's account is worth. */
export function proofOf({ target }: Pick<EnvironmentContext, "target">): "real cloud" | "stand-in" {
  return target === "aws" ? "real cloud" : "stand-in";
}
