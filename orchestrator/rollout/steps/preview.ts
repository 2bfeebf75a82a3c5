import { judgeBudget } from "../../cost/budget";
import { awakeShare } from "../../cost/awake";
import { estimate } from "../../cost/estimate";
import type { EnvironmentContext } from "../context";
import type { Operation } from "../operation";
import type { StepOutcome, Violation } from "../step";
import { countByPhase } from "../targets";
import { attempt, unsuccessful } from "./ended";
import { proofOf } from "./preflight";

/** The gate: the whole environment under the policy pack. A mandatory violation stops the run before anything exists. */
export async function preview(context: EnvironmentContext): Promise<StepOutcome> {
  const { outcome, operation } = await judged(context, `preview of ${context.environment}`);
  const planned = countByPhase(operation.steps.map(({ urn }) => urn));
  context.planned = planned;
  if (outcome.status === "failed") return { ...outcome, planned };
  context.tellPlanned?.(operation.resources);
  const cost = estimate(operation.resources, context.config.region, awakeShare(context.config));
  const { warnings, refusal } = judgeBudget(cost, context.config.budget, context.environment);
  const data = { ...outcome, planned, cost, notes: [...(outcome.notes ?? []), ...warnings] };
  return refusal === undefined ? data : { ...data, status: "failed", kind: "failure", ...refusal };
}

/**
 * The finished environment must show no change. The pack judges again: what it could not decide before the update,
 * because values were unknown, is decided here.
 */
export async function settle(context: EnvironmentContext): Promise<StepOutcome> {
  const { outcome, operation } = await judged(context, `final preview of ${context.environment}`);
  if (outcome.status === "failed") return outcome;
  const unsettled = operation.steps.filter(({ operation }) => operation !== "same" && operation !== "read");
  if (unsettled.length === 0) return outcome;
  return {
    ...outcome,
    status: "failed",
    kind: "failure",
    reason: `the finished environment is not settled: ${unsettled.map(({ urn, operation }) => `${operation} ${urn}`).join(", ")}`,
    fix: "a resource never reports back what was asked for, or was changed meanwhile: run bootstrap again; if it stays, mend the resource's declaration",
  };
}

async function judged(
  context: EnvironmentContext,
  what: string,
): Promise<{ outcome: StepOutcome; operation: Operation }> {
  const { operation, notes } = await attempt(context, () => context.stack.preview({ pack: context.pack }));
  // What a broken preview did not get to would be missing to the rules, not to the environment.
  const complete = operation.result === "succeeded" || operation.violations.some(({ level }) => level === "mandatory");
  const beside = complete
    ? await context.judgeBeside?.({
        environment: context.environment,
        levels: context.pack.config,
        resources: operation.resources,
        today: context.now().toISOString().slice(0, 10),
      })
    : undefined;
  const told = await Promise.all(
    operation.violations.map(async (violation): Promise<Violation> => ({
      ...violation,
      remediation: await context.remediationOf(violation.rule),
    })),
  );
  const violations = [...told, ...(beside?.violations ?? [])];
  const data = {
    proof: proofOf(context),
    changes: operation.changes,
    violations,
    packs: operation.packs,
    notes: [...notes, ...(beside?.notes ?? [])],
  };
  const mandatory = violations.filter(({ level }) => level === "mandatory");
  if (mandatory.length > 0) {
    const rules = [...new Set(mandatory.map(({ rule }) => rule))].join(", ");
    const reason = `${mandatory.length} mandatory policy violation(s) in ${context.environment} (${rules}); nothing was touched`;
    const fix = "change the named resources as each rule says, then run the same command again";
    return { outcome: { ...data, status: "failed", kind: "failure", reason, fix }, operation };
  }
  const failed = unsuccessful(operation, what);
  if (failed) return { outcome: { ...data, ...failed }, operation };
  // A preview that nobody judged must not pass for one that was.
  if (operation.packs.length === 0) {
    const reason = `${what} ran without the policy pack having judged anything`;
    const fix = "check that policy/ loads: pulumi preview --policy-pack policy";
    return { outcome: { ...data, status: "failed", kind: "failure", reason, fix }, operation };
  }
  return { outcome: { ...data, status: "succeeded" }, operation };
}
