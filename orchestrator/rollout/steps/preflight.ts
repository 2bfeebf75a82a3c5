import { clusterName } from "../../../infra/naming";
import type { TimingVerdict } from "../../timing/gate";
import type { EnvironmentContext } from "../context";
import { resolvePendingCreates } from "../pending";
import type { StepOutcome } from "../step";

const MILLISECONDS_AN_HOUR = 3_600_000;

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
  const timing = await onTime(context);
  notes.push(...timing.notes);
  if (timing.refusal !== undefined) return { status: "failed", kind: "refused", notes, ...timing.refusal };
  return { status: "succeeded", proof: proofOf(context), notes: [...notes, ...(await resolvePendingCreates(context))] };
}

/** Whether now is the time; when it is, keeps the environment's nodes for as long as they are needed. */
async function onTime(context: EnvironmentContext): Promise<TimingVerdict> {
  if (context.timing === undefined) return { notes: [] };
  const { timing, config, command, aws, now } = context;
  const [{ judgeTime }, { heldUntil, longerHold, ROLLOUT_HOURS }] = await Promise.all([
    import("../../timing/gate.js"),
    import("../../timing/hold.js"),
  ]);
  const { override, holdNodes, neededHours = ROLLOUT_HOURS } = timing;
  const cluster = config.cost.workingHours === undefined ? undefined : await aws.cluster(clusterName(config));
  const held = heldUntil(cluster?.tags);
  const asked = now();
  const verdict = judgeTime({
    // What is not there yet cannot rest.
    config: cluster === undefined ? { ...config, cost: { teams: [] } } : config,
    command,
    now: asked,
    ...(override !== undefined && { override }),
    ...(held !== undefined && { heldUntil: held }),
  });
  if (verdict.refusal !== undefined || holdNodes === undefined || cluster === undefined || command === "destroy")
    return verdict;
  const until = longerHold(held, new Date(asked.getTime() + neededHours * MILLISECONDS_AN_HOUR));
  if (until === undefined) return verdict;
  await holdNodes(config, until);
  return { notes: [...verdict.notes, `nodes are held until ${until.toISOString()}`] };
}

/** What an answer of this environment's account is worth. */
export function proofOf({ target }: Pick<EnvironmentContext, "target">): "real cloud" | "stand-in" {
  return target === "aws" ? "real cloud" : "stand-in";
}
