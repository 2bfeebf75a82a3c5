import type { ResourceState } from "../model";
import type { Diff } from "../provider/client";
import { deleteDependents } from "./cascade";
import type { Deployment } from "./deployment";
import { describeDiff } from "./difference";
import type { Goal } from "./goal";
import { check, judge } from "./judgement";
import type { Provider, ProviderRegistry } from "./providers";
import { StepFailed } from "./runner";
import { createStep, deleteStep } from "./steps";

/** CreateBeforeDelete or, where asked for, DeleteBeforeReplace (pulumi.md 9.2, 9.3). */
export async function replace(
  deployment: Deployment,
  registry: ProviderRegistry,
  goal: Goal,
  old: ResourceState,
  planned: ResourceState,
  provider: Provider,
  diff: Diff,
): Promise<ResourceState> {
  const { urn } = planned;
  if (old.protect && goal.protect !== false) {
    const error = new Error(
      `unable to replace resource "${urn}"\nas it is currently marked for protection. To unprotect the resource, remove the \`protect\` flag from the resource in your Pulumi program and run \`pulumi up\``,
    );
    deployment.fail({ op: "replace", urn, old, new: planned }, error);
    if (!deployment.preview) throw new StepFailed(urn);
  }
  deployment.replacing.add(urn);
  const inputs = await judge(
    deployment,
    goal,
    urn,
    await check(deployment, provider, urn, undefined, goal.properties),
    planned.provider,
  );
  const { id: _id, created: _created, modified: _modified, ...blank } = planned;
  const fresh: ResourceState = {
    ...blank,
    inputs,
    created: deployment.timestamp(),
    modified: deployment.timestamp(),
  };
  const facts = { ...describeDiff(diff), keys: diff.replaces, old };
  if (goal.deleteBeforeReplace ?? diff.deleteBeforeReplace) {
    await deleteDependents(deployment, registry, old);
    const waiting: ResourceState = { ...old, pendingReplacement: true };
    await deleteStep(
      deployment,
      "delete-replaced",
      { ...old, protect: false },
      old.retainOnDelete || old.external ? undefined : provider,
      { swap: [[old, waiting]] },
    );
    logicalReplace(deployment, old, fresh, facts);
    return createStep(
      deployment,
      "create-replacement",
      fresh,
      provider,
      (state) => ({ put: [state], drop: [waiting] }),
      facts,
    );
  }
  const doomed: ResourceState = { ...old, delete: true };
  const state = await createStep(
    deployment,
    "create-replacement",
    fresh,
    provider,
    (made) => ({ put: [made], swap: [[old, doomed]] }),
    facts,
  );
  logicalReplace(deployment, old, state, facts);
  deployment.replaced.push(doomed);
  return state;
}

/** Deleted earlier, in this run or a failed one: its replacement is created now. */
export async function comeBack(
  deployment: Deployment,
  planned: ResourceState,
  old: ResourceState,
  provider: Provider,
): Promise<ResourceState> {
  deployment.replacing.add(planned.urn);
  const { id: _id, pendingReplacement: _pending, ...fresh } = planned;
  const gone = deployment.current.get(old.urn) ?? old;
  logicalReplace(deployment, old, fresh, {});
  return createStep(deployment, "create-replacement", fresh, provider, (state) => ({ put: [state], drop: [gone] }), {
    old,
  });
}

function logicalReplace(deployment: Deployment, old: ResourceState, state: ResourceState, facts: object): void {
  const step = { op: "replace" as const, urn: state.urn, ...facts, old, new: state };
  deployment.events.started(step);
  deployment.events.finished(step);
}
