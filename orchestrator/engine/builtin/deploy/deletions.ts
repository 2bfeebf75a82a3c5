import type { ResourceState } from "../model";
import type { Deployment } from "./deployment";
import type { ProviderRegistry } from "./providers";
import { StepFailed, Stopped } from "./runner";
import { deleteStep } from "./steps";
import { needs } from "./targets";
import { isProviderType } from "./urn";

interface Doomed {
  readonly state: ResourceState;
  readonly op: "delete" | "delete-replaced" | "discard" | "discard-replaced";
}

/**
 * Deletes in waves, dependents and children before what they stand on (pulumi.md 9.6): wave 1 is what needs nothing
 * else that goes, and the waves run in reverse, each in parallel.
 */
export async function deleteAll(
  deployment: Deployment,
  registry: ProviderRegistry,
  doomed: readonly Doomed[],
): Promise<void> {
  const going = new Set(doomed.filter(({ op }) => op === "delete").map(({ state }) => state.urn));
  const failed = new Set<string>();
  for (const wave of waves(doomed).reverse()) {
    await Promise.all(
      wave.map(async (one) => {
        // With --continue-on-error the others go on, but nothing is taken from under what could not be deleted.
        if (failed.has(one.state.urn)) return;
        try {
          await deleteOne(deployment, registry, one, going);
        } catch (error) {
          if (!(error instanceof StepFailed) && !(error instanceof Stopped)) throw error;
          const pending = needs(one.state);
          while (pending.length > 0) {
            const urn = pending.pop() as string;
            if (failed.has(urn)) continue;
            failed.add(urn);
            const below = doomed.find(({ state }) => state.urn === urn);
            if (below !== undefined) pending.push(...needs(below.state));
          }
        }
      }),
    );
    if (deployment.runner.stopped !== undefined) return;
  }
}

async function deleteOne(
  deployment: Deployment,
  registry: ProviderRegistry,
  { state, op }: Doomed,
  going: ReadonlySet<string>,
): Promise<void> {
  const kept = state.retainOnDelete || (state.deletedWith !== undefined && going.has(state.deletedWith));
  const silent = !state.custom || kept || state.external || isProviderType(state.type) || state.provider === undefined;
  await deleteStep(
    deployment,
    op,
    op === "delete-replaced" ? { ...state, protect: false } : state,
    silent ? undefined : await registry.get(state.provider as string),
    { drop: [state] },
  );
}

/** Groups by depth: a resource's wave comes after those of everything it needs. */
export function waves(doomed: readonly Doomed[]): Doomed[][] {
  const byUrn = new Map<string, Doomed[]>();
  for (const one of doomed) byUrn.set(one.state.urn, [...(byUrn.get(one.state.urn) ?? []), one]);
  const depths = new Map<string, number>();
  const depthOf = (urn: string, path: ReadonlySet<string>): number => {
    const known = depths.get(urn);
    if (known !== undefined) return known;
    const below = (byUrn.get(urn) ?? [])
      .flatMap(({ state }) => needs(state))
      .filter((need) => need !== urn && byUrn.has(need) && !path.has(need));
    const depth = 1 + below.reduce((most, need) => Math.max(most, depthOf(need, new Set([...path, urn]))), 0);
    depths.set(urn, depth);
    return depth;
  };
  const result: Doomed[][] = [];
  for (const one of doomed) (result[depthOf(one.state.urn, new Set()) - 1] ??= []).push(one);
  return result;
}

/** What an update deletes at its end: old copies of replaced resources and everything the program no longer has. */
export function deletionsAfterUpdate(deployment: Deployment): Doomed[] {
  const doomed: Doomed[] = [];
  for (const state of [...deployment.leftovers, ...deployment.replaced]) {
    if (deployment.targets.includes(state.urn))
      doomed.push({ state, op: state.external ? "discard-replaced" : "delete-replaced" });
  }
  for (const state of deployment.olds.values()) {
    if (deployment.seen.has(state.urn) || deployment.renamed.has(state.urn)) continue;
    if (!deployment.targets.deletes(state.urn, () => needs(state))) continue;
    if (state.pendingReplacement || deployment.deletedEarly.has(state.urn))
      deployment.forgotten.push(deployment.current.get(state.urn) ?? state);
    else doomed.push({ state, op: state.external ? "discard" : "delete" });
  }
  return doomed;
}

/** What a destroy deletes. */
export function deletionsOfDestroy(deployment: Deployment): Doomed[] {
  const protectedOnes = deployment.request.options.excludeProtected ? heldUp(deployment) : new Set<string>();
  const all = [...deployment.leftovers, ...deployment.olds.values()];
  return all
    .filter((state) => deployment.targets.deletes(state.urn, () => needs(state)) && !protectedOnes.has(state.urn))
    .map((state) => ({ state, op: state.delete ? "delete-replaced" : "delete" }));
}

/** Protected resources and everything they stand on. */
function heldUp(deployment: Deployment): Set<string> {
  const held = new Set<string>();
  const pending = [...deployment.olds.values()].filter((state) => state.protect).map((state) => state.urn);
  while (pending.length > 0) {
    const urn = pending.pop() as string;
    if (held.has(urn)) continue;
    held.add(urn);
    const state = deployment.olds.get(urn);
    if (state !== undefined) pending.push(...needs(state));
  }
  return held;
}
