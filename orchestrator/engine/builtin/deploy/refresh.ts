import type { PendingOperation, ResourceState } from "../model";
import { equal } from "../values";
import type { Deployment } from "./deployment";
import type { Op } from "./events";
import type { ProviderRegistry } from "./providers";
import { StepFailed, Stopped } from "./runner";
import { withSecretOutputs } from "./steps";
import { needs } from "./targets";
import { isProviderType } from "./urn";

/** Reads every managed resource and takes over what it has become (pulumi.md 9.7). */
export async function refreshAll(deployment: Deployment, registry: ProviderRegistry): Promise<void> {
  const states = [...deployment.olds.values()].filter((state) => deployment.targets.includes(state.urn));
  const gone = new Set<string>();
  await Promise.all(
    states.map((state) =>
      refreshOne(deployment, registry, state)
        .then((exists) => (exists ? undefined : gone.add(state.urn)))
        .catch((error: unknown) => {
          if (!(error instanceof StepFailed) && !(error instanceof Stopped)) throw error;
        }),
    ),
  );
  await pruneDangling(deployment, gone);
  await settlePendingCreates(deployment, registry);
}

async function refreshOne(deployment: Deployment, registry: ProviderRegistry, state: ResourceState): Promise<boolean> {
  return deployment.runner.run(async () => {
    const start = { op: "refresh" as const, urn: state.urn, old: state, new: state };
    deployment.events.started(start);
    try {
      const now =
        state.custom && !isProviderType(state.type) && state.provider !== undefined
          ? await readNow(deployment, registry, state)
          : state;
      const op: Op = now === undefined ? "delete" : equal(now.inputs, state.inputs) ? "same" : "update";
      await deployment.snapshot.commit(
        now === undefined ? { drop: [state] } : now === state ? {} : { swap: [[state, now]] },
      );
      deployment.news.set(state.urn, now ?? state);
      deployment.events.finished({ ...start, op, new: now });
      return now !== undefined;
    } catch (error) {
      if (deployment.request.interruption.terminated.aborted) throw new Stopped("terminated");
      deployment.fail(start, error);
      throw new StepFailed(state.urn);
    }
  });
}

async function readNow(
  deployment: Deployment,
  registry: ProviderRegistry,
  state: ResourceState,
): Promise<ResourceState | undefined> {
  const provider = await registry.get(state.provider as string);
  const read = await provider.read(
    state.urn,
    state.id ?? "",
    state.inputs,
    state.outputs,
    deployment.request.interruption.terminated,
  );
  if (read === undefined) return undefined;
  const { initErrors: _cleared, ...rest } = state;
  const changed =
    !equal(read.outputs, state.outputs) || (read.inputs !== undefined && !equal(read.inputs, state.inputs));
  if (!changed && state.initErrors === undefined && read.initErrors.length === 0) return state;
  return withSecretOutputs({
    ...rest,
    outputs: read.outputs,
    ...(read.inputs ? { inputs: read.inputs } : {}),
    ...(read.initErrors.length > 0 ? { initErrors: [...read.initErrors] } : {}),
    modified: deployment.timestamp(),
  });
}

/** Creates nobody acknowledged: adopted under the id the caller found, forgotten where asked for (pulumi.md 5.4). */
async function settlePendingCreates(deployment: Deployment, registry: ProviderRegistry): Promise<void> {
  const { importPendingCreates, clearPendingCreates } = deployment.request.options;
  const wanted = new Map(importPendingCreates.map(({ urn, id }) => [urn, id]));
  const adopted: { pending: PendingOperation; state: ResourceState }[] = [];
  for (const pending of deployment.request.base.pending) {
    const id = wanted.get(pending.resource.urn);
    if (pending.type !== "creating" || id === undefined) continue;
    const { resource } = pending;
    const provider = await registry.get(resource.provider as string);
    const read = await provider.read(resource.urn, id, resource.inputs, {}, deployment.request.interruption.terminated);
    if (read === undefined) {
      deployment.failWithoutStep(
        `resource '${id}' does not exist: the pending create of ${resource.urn} stays open`,
        resource.urn,
      );
      continue;
    }
    adopted.push({ pending, state: withSecretOutputs({ ...resource, id: read.id, outputs: read.outputs }) });
  }
  if (adopted.length > 0) {
    const states = adopted.map(({ state }) => state);
    // New states go to the front of the snapshot, so what they stand on has to move there with them.
    const below = standUnder(states, deployment.snapshot.current().resources);
    await deployment.snapshot.commit({ put: [...below.map((state) => ({ ...state })), ...states], drop: below });
    deployment.snapshot.settle((open) => !adopted.some(({ pending }) => pending === open));
    for (const state of states) {
      const step = { op: "import" as const, urn: state.urn, new: state };
      deployment.events.started(step);
      deployment.events.finished(step);
    }
  }
  deployment.snapshot.settle((pending) => pending.type === "creating" && !clearPendingCreates);
}

/** Everything these states need, and what that needs, in the order of the snapshot. */
function standUnder(states: readonly ResourceState[], resources: readonly ResourceState[]): ResourceState[] {
  const byUrn = new Map(resources.filter((one) => !one.delete).map((one) => [one.urn, one]));
  const found = new Set<ResourceState>();
  const pending = states.flatMap(needs);
  while (pending.length > 0) {
    const below = byUrn.get(pending.pop() as string);
    if (below === undefined || found.has(below)) continue;
    found.add(below);
    pending.push(...needs(below));
  }
  return resources.filter((one) => found.has(one));
}

/** Dependents keep their values but no longer name what is gone, or the state would be invalid. */
async function pruneDangling(deployment: Deployment, gone: ReadonlySet<string>): Promise<void> {
  if (gone.size === 0) return;
  for (const state of deployment.snapshot.current().resources) {
    const named = [
      ...(state.dependencies ?? []),
      ...Object.values(state.propertyDependencies ?? {}).flat(),
      state.deletedWith ?? "",
      state.parent ?? "",
    ];
    if (!named.some((urn) => gone.has(urn))) continue;
    const keep = (urns: readonly string[]) => urns.filter((urn) => !gone.has(urn));
    const { deletedWith, parent, ...rest } = state;
    const pruned: ResourceState = {
      ...rest,
      dependencies: keep(state.dependencies ?? []),
      propertyDependencies: Object.fromEntries(
        Object.entries(state.propertyDependencies ?? {}).map(([key, urns]) => [key, keep(urns)]),
      ),
      ...(deletedWith !== undefined && !gone.has(deletedWith) ? { deletedWith } : {}),
      ...(parent !== undefined && !gone.has(parent) ? { parent } : {}),
    };
    await deployment.snapshot.commit({ swap: [[state, pruned]] });
  }
}
