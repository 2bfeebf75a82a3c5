import { UNKNOWN, type PendingKind, type Properties, type ResourceState } from "../model";
import type { Done } from "../provider/client";
import { isSecret, secret } from "../values";
import type { Deployment } from "./deployment";
import type { Op, StepFacts } from "./events";
import type { Provider } from "./providers";
import { StepFailed, Stopped } from "./runner";
import { isProviderType } from "./urn";

/** Marks outputs secret that the program asked for (additionalSecretOutputs). */
export function withSecretOutputs(state: ResourceState): ResourceState {
  const names = state.additionalSecretOutputs ?? [];
  const outputs: Properties = { ...state.outputs };
  for (const name of names) {
    const value = outputs[name];
    if (value !== undefined && !isSecret(value)) outputs[name] = secret(value);
  }
  return names.length === 0 ? state : { ...state, outputs };
}

/** One step from its announcement to its result: event, pending operation, provider, state, event. */
export async function takeStep(
  deployment: Deployment,
  step: StepFacts & { op: Op },
  pending: { kind: PendingKind; resource: ResourceState } | undefined,
  act: () => Promise<{
    state: ResourceState | undefined;
    change: (state: ResourceState | undefined) => Parameters<Deployment["snapshot"]["commit"]>[0];
    initErrors?: readonly string[];
  }>,
  counted = true,
): Promise<ResourceState | undefined> {
  return deployment.runner.run(async () => {
    deployment.events.started(step);
    const token =
      pending && !deployment.preview
        ? await deployment.snapshot.begin({ type: pending.kind, resource: pending.resource })
        : undefined;
    try {
      const { state, change, initErrors = [] } = await act();
      if (deployment.request.interruption.terminated.aborted) throw new Stopped("terminated");
      await deployment.snapshot.commit(change(state), token);
      const finished: StepFacts = state === undefined ? step : { ...step, new: state };
      if (initErrors.length > 0) {
        deployment.fail(
          finished,
          new Error(`resource ${step.urn} is created but not as it should be: ${initErrors.join("; ")}`),
        );
        throw new StepFailed(step.urn);
      }
      deployment.events.finished(finished, counted);
      return state;
    } catch (error) {
      if (error instanceof StepFailed) throw error;
      if (deployment.request.interruption.terminated.aborted) throw new Stopped("terminated");
      await deployment.snapshot.commit({}, token);
      deployment.fail(step, error);
      throw new StepFailed(step.urn);
    }
  });
}

/** Takes over what a provider made of a resource. */
function adopt(state: ResourceState, done: Done): ResourceState {
  const { initErrors: _cleared, ...rest } = state;
  const merged: ResourceState = { ...rest, outputs: done.outputs };
  if (done.id !== "" || !isProviderType(state.type)) merged.id = done.id;
  if (done.initErrors.length > 0) merged.initErrors = [...done.initErrors];
  return withSecretOutputs(merged);
}

/** create, and create-replacement of either order. `old` is dropped or marked by `change`. */
export function createStep(
  deployment: Deployment,
  op: "create" | "create-replacement",
  planned: ResourceState,
  provider: Provider,
  change: (state: ResourceState) => Parameters<Deployment["snapshot"]["commit"]>[0],
  facts: Partial<StepFacts> = {},
): Promise<ResourceState> {
  const timeout = planned.customTimeouts?.create ?? 0;
  return takeStep(
    deployment,
    { op, urn: planned.urn, new: planned, ...facts },
    { kind: "creating", resource: planned },
    async () => {
      const done = await provider.create(
        planned.urn,
        planned.inputs,
        deployment.preview,
        timeout,
        deployment.request.interruption.terminated,
      );
      const state = adopt(
        planned,
        deployment.preview && done.id === "" ? { ...done, id: isProviderType(planned.type) ? UNKNOWN : "" } : done,
      );
      return { state, change: (finished) => change(finished as ResourceState), initErrors: done.initErrors };
    },
  ) as Promise<ResourceState>;
}

export function updateStep(
  deployment: Deployment,
  old: ResourceState,
  planned: ResourceState,
  provider: Provider,
  ignoreChanges: readonly string[],
  facts: Partial<StepFacts>,
): Promise<ResourceState> {
  const timeout = planned.customTimeouts?.update ?? 0;
  const aimed: ResourceState = { ...planned, modified: deployment.timestamp() };
  return takeStep(
    deployment,
    { op: "update", urn: planned.urn, old, new: { ...aimed, outputs: old.outputs }, ...facts },
    { kind: "updating", resource: { ...aimed, outputs: old.outputs } },
    async () => {
      const done = await provider.update(
        planned.urn,
        old,
        planned.inputs,
        ignoreChanges,
        deployment.preview,
        timeout,
        deployment.request.interruption.terminated,
      );
      // A partial update keeps the old inputs: the next run sees the difference again (pulumi.md 9.4).
      const inputs = done.initErrors.length > 0 ? (done.inputs ?? old.inputs) : planned.inputs;
      const state = adopt({ ...aimed, inputs }, done);
      return {
        state,
        change: (finished) => ({ put: [finished as ResourceState], drop: [old] }),
        initErrors: done.initErrors,
      };
    },
  ) as Promise<ResourceState>;
}

/** delete, and delete-replaced. What stays in the state afterwards is up to `change`. */
export async function deleteStep(
  deployment: Deployment,
  op: "delete" | "delete-replaced" | "discard" | "discard-replaced",
  old: ResourceState,
  provider: Provider | undefined,
  change: Parameters<Deployment["snapshot"]["commit"]>[0] = { drop: [old] },
): Promise<void> {
  const timeout = old.customTimeouts?.delete ?? 0;
  await takeStep(
    deployment,
    { op, urn: old.urn, old },
    provider === undefined ? undefined : { kind: "deleting", resource: old },
    async () => {
      if (old.protect) throw new Error(protectedMessage(old.urn));
      if (!deployment.preview && provider !== undefined)
        await provider.delete(old, timeout, deployment.request.interruption.terminated);
      return { state: undefined, change: () => change };
    },
  );
}

/** The CLI's words, so that whoever knows them recognises the situation. */
function protectedMessage(urn: string): string {
  return `resource "${urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, either remove the \`protect\` flag from the resource in your Pulumi program and run \`pulumi up\`, or use the command:\n\`pulumi state unprotect '${urn}'\``;
}
