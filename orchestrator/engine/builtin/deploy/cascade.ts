import { UNKNOWN, type Properties, type ResourceState } from "../model";
import type { Deployment } from "./deployment";
import type { ProviderRegistry } from "./providers";
import { deleteStep } from "./steps";

/**
 * Before a resource is deleted to be replaced, what cannot outlive it goes first, deepest first: resources that its
 * provider says would be replaced by the loss, that use it as provider, or that are deletedWith it. A plain dependsOn
 * does not cascade (pulumi.md 9.3).
 */
export async function deleteDependents(
  deployment: Deployment,
  registry: ProviderRegistry,
  doomed: ResourceState,
): Promise<void> {
  const fated = new Set([doomed.urn]);
  const order: ResourceState[] = [];
  await collect(deployment, registry, doomed, fated, order);
  for (const state of order.reverse()) {
    const waiting: ResourceState = { ...state, pendingReplacement: true };
    const provider =
      state.retainOnDelete || state.provider === undefined ? undefined : await registry.get(state.provider);
    deployment.deletedEarly.add(state.urn);
    deployment.replacing.add(state.urn);
    deployment.current.set(state.urn, waiting);
    await deleteStep(deployment, "delete-replaced", state, provider, { swap: [[state, waiting]] });
  }
}

async function collect(
  deployment: Deployment,
  registry: ProviderRegistry,
  from: ResourceState,
  fated: Set<string>,
  order: ResourceState[],
): Promise<void> {
  for (const dependent of deployment.dependentsOf(from.urn)) {
    if (fated.has(dependent.urn) || deployment.news.has(dependent.urn) || !dependent.custom || dependent.external)
      continue;
    if (!(await wouldBeReplaced(registry, dependent, fated))) continue;
    fated.add(dependent.urn);
    order.push(dependent);
    await collect(deployment, registry, dependent, fated, order);
  }
}

async function wouldBeReplaced(
  registry: ProviderRegistry,
  state: ResourceState,
  fated: ReadonlySet<string>,
): Promise<boolean> {
  if (state.deletedWith !== undefined && fated.has(state.deletedWith)) return true;
  if (state.provider === undefined) return false;
  if (fated.has(state.provider.slice(0, state.provider.lastIndexOf("::")))) return true;
  const inputs: Properties = { ...state.inputs };
  let touched = false;
  for (const [key, urns] of Object.entries(state.propertyDependencies ?? {})) {
    if (key in inputs && urns.some((urn) => fated.has(urn))) {
      inputs[key] = UNKNOWN;
      touched = true;
    }
  }
  if (!touched) return false;
  const diff = await (await registry.get(state.provider)).diff(state.urn, state, inputs, []);
  return diff.replaces.length > 0;
}
