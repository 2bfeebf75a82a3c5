import type { ResourceState } from "../model";
import { changedPaths, ignoringChanges, writePath } from "../property-path";
import { equal } from "../values";
import { possibleUrns } from "./aliases";
import { plannedState, type Deployment } from "./deployment";
import { describeDiff, difference } from "./difference";
import type { Goal, Registered } from "./goal";
import { importStep } from "./imports";
import { check, guarded, judge } from "./judgement";
import type { Provider, ProviderRegistry } from "./providers";
import { comeBack, replace } from "./replacement";
import { StepFailed } from "./runner";
import { readStack, STACK_REFERENCE } from "./stack-reference";
import { createStep, takeStep, updateStep, withSecretOutputs } from "./steps";
import { isProviderType, makeUrn, packageOf, STACK_TYPE } from "./urn";

/** Brings one registered resource about: the algorithm of pulumi.md 9.1 to 9.4, top to bottom. */
export class Registration {
  constructor(
    private readonly deployment: Deployment,
    private readonly registry: ProviderRegistry,
  ) {}

  async register(goal: Goal): Promise<Registered> {
    const { deployment } = this;
    const { stack, project } = deployment.request;
    const urn = makeUrn(stack, project, goal.parent, goal.type, goal.name);
    if (deployment.seen.has(urn)) {
      deployment.failWithoutStep(`Duplicate resource URN '${urn}'; try giving it a unique name`, urn);
      throw new StepFailed(urn);
    }
    deployment.seen.add(urn);
    if (goal.parent !== undefined) deployment.parents.set(urn, goal.parent);
    if (!goal.custom) deployment.components.add(urn);
    const old = this.findOld(goal, urn);
    if (Object.keys(goal.providers).length > 0) deployment.handedDown.set(urn, goal.providers);

    const targeted = deployment.targets.includes(urn, () => [
      ...goal.dependencies,
      ...(goal.parent === undefined ? [] : [goal.parent]),
    ]);
    if (!targeted && old === undefined) return this.skipped(goal, urn);
    const provider = goal.custom ? await this.providerOf(goal) : undefined;
    if (!targeted && old !== undefined) return this.untouched(goal, urn, old, provider);
    this.requireDependencies(goal, urn);

    try {
      const state = goal.custom ? await this.custom(goal, urn, old, provider) : await this.component(goal, urn, old);
      deployment.news.set(urn, state);
      return {
        urn,
        id: goal.custom ? (state.id ?? "") : "",
        outputs: goal.custom ? state.outputs : {},
        result: "success",
        unknown: false,
      };
    } catch (error) {
      if (error instanceof StepFailed && deployment.request.options.continueOnError)
        return { urn, id: "", outputs: {}, result: "fail", unknown: false };
      throw error;
    }
  }

  private findOld(goal: Goal, urn: string): ResourceState | undefined {
    const { deployment } = this;
    const candidates = possibleUrns(deployment, goal, urn);
    if (candidates.length > 1) deployment.aliasesOf.set(urn, candidates.slice(1));
    for (const candidate of candidates) {
      const old = deployment.olds.get(candidate);
      if (old === undefined || deployment.renamed.has(candidate)) continue;
      if (candidate !== urn) deployment.renamed.add(candidate);
      return old;
    }
    return undefined;
  }

  /** A resource that is not targeted and not there yet: reported as unchanged, not stored (pulumi.md 5.6). */
  private skipped(goal: Goal, urn: string): Registered {
    const state = plannedState(this.deployment, goal, urn, goal.properties, undefined, undefined);
    this.deployment.skippedCreates.add(urn);
    this.deployment.events.started({ op: "same", urn, new: state });
    this.deployment.events.finished({ op: "same", urn, new: state });
    return { urn, id: "", outputs: {}, result: "success", unknown: goal.custom };
  }

  /** Not targeted: keeps old inputs and outputs without Check or Diff; the pack still sees it (pulumi.md 9.5). */
  private async untouched(
    goal: Goal,
    urn: string,
    old: ResourceState,
    provider: string | undefined,
  ): Promise<Registered> {
    const { deployment } = this;
    await judge(deployment, goal, urn, old.inputs, provider ?? old.provider);
    // A copy: it moves to the front of the snapshot, before whatever this run builds upon it, and states are told apart
    // by identity.
    const state = { ...old, urn };
    if (isProviderType(goal.type)) await this.registry.configure(urn, old.id ?? "", old.inputs);
    await this.same(state, old);
    deployment.news.set(urn, state);
    return { urn, id: old.id ?? "", outputs: old.custom ? old.outputs : {}, result: "success", unknown: false };
  }

  /** A targeted resource may only stand on what is targeted too or already there. */
  private requireDependencies(goal: Goal, urn: string): void {
    const missing = [...goal.dependencies, ...(goal.parent === undefined ? [] : [goal.parent])].find(
      (dependency) => this.deployment.skippedCreates.has(dependency) && !isComponentUrn(this.deployment, dependency),
    );
    if (missing === undefined) return;
    this.deployment.failWithoutStep(
      `Resource '${urn}' depends on '${missing}' which was was not specified in --target list.`,
      urn,
    );
    throw new StepFailed(urn);
  }

  private async providerOf(goal: Goal): Promise<string | undefined> {
    if (isProviderType(goal.type) || goal.type === STACK_REFERENCE) return undefined;
    if (goal.provider) return goal.provider;
    const pkg = packageOf(goal.type);
    for (let parent = goal.parent; parent !== undefined; parent = this.deployment.parentOf(parent)) {
      const handed = this.deployment.handedDown.get(parent)?.[pkg];
      if (handed !== undefined) return handed;
    }
    return this.registry.defaultFor(pkg, goal.version);
  }

  private async component(goal: Goal, urn: string, old: ResourceState | undefined): Promise<ResourceState> {
    const inputs = await judge(this.deployment, goal, urn, goal.properties, undefined);
    const planned: ResourceState = {
      ...plannedState(this.deployment, goal, urn, inputs, undefined, old),
      outputs: old?.outputs ?? {},
    };
    if (old === undefined) {
      await takeStep(this.deployment, { op: "create", urn, new: planned }, undefined, () =>
        Promise.resolve({ state: planned, change: () => ({ put: [planned] }) }),
      );
      return planned;
    }
    if (equal(old.inputs, inputs)) return this.same(planned, old);
    await takeStep(
      this.deployment,
      { op: "update", urn, old, new: planned, diffs: changedPaths(old.inputs, inputs).map(writePath) },
      undefined,
      () => Promise.resolve({ state: planned, change: () => ({ put: [planned], drop: [old] }) }),
    );
    return planned;
  }

  private async custom(
    goal: Goal,
    urn: string,
    found: ResourceState | undefined,
    reference: string | undefined,
  ): Promise<ResourceState> {
    const { deployment } = this;
    if (goal.type === STACK_REFERENCE) return readStack(deployment, goal, urn, found);
    const provider: Provider = reference === undefined ? this.registry.management : await this.registry.get(reference);
    let old = found;
    if (deployment.request.options.refresh && old !== undefined && !isProviderType(goal.type))
      old = await this.refreshed(old, provider);
    // Gone meanwhile: its state stays until it is made again, because others in the state may stand on it.
    const gone = old === undefined ? found : undefined;
    if (goal.importId !== "" && old?.id !== goal.importId && old?.importID !== goal.importId) {
      return importStep(
        deployment,
        goal,
        urn,
        old,
        provider,
        reference,
        (inputs) => judge(deployment, goal, urn, inputs, reference),
        (imported, planned) => this.update(goal, imported, planned, provider),
        gone,
      );
    }

    const olds = old?.external ? undefined : old?.inputs;
    const wanted = olds === undefined ? goal.properties : ignoringChanges(goal.properties, olds, goal.ignoreChanges);
    const inputs = await judge(deployment, goal, urn, await check(deployment, provider, urn, olds, wanted), reference);
    const planned = plannedState(deployment, goal, urn, inputs, reference, old);

    if (old === undefined)
      return createStep(deployment, "create", planned, provider, (state) => ({
        put: [state],
        ...(gone === undefined ? {} : { drop: [gone] }),
      }));
    if (old.pendingReplacement || deployment.deletedEarly.has(old.urn))
      return comeBack(deployment, planned, old, provider);
    const diff = await difference(deployment, goal, old, planned, provider, reference);
    if (diff.replaces.length > 0) return replace(deployment, this.registry, goal, old, planned, provider, diff);
    if (diff.changes === "some" || (old.initErrors?.length ?? 0) > 0)
      return updateStep(deployment, old, planned, provider, goal.ignoreChanges, describeDiff(diff));
    if (isProviderType(goal.type)) await this.registry.configure(urn, old.id ?? "", inputs);
    return this.same(withSecretOutputs({ ...planned, outputs: old.outputs }), old);
  }

  private update(goal: Goal, old: ResourceState, planned: ResourceState, provider: Provider): Promise<ResourceState> {
    return difference(this.deployment, goal, old, planned, provider, planned.provider).then((diff) =>
      diff.changes === "some" || diff.replaces.length > 0
        ? updateStep(this.deployment, old, planned, provider, goal.ignoreChanges, describeDiff(diff))
        : old,
    );
  }

  private async same(state: ResourceState, old: ResourceState): Promise<ResourceState> {
    const step = { op: "same" as const, urn: state.urn, old, new: state };
    const stopped = this.deployment.runner.stopped;
    if (stopped !== undefined) throw stopped;
    this.deployment.events.started(step);
    await this.deployment.snapshot.commit({ put: [state], drop: [old] });
    this.deployment.events.finished(step);
    return state;
  }

  private async refreshed(old: ResourceState, provider: Provider): Promise<ResourceState | undefined> {
    const read = await guarded(this.deployment, old.urn, () =>
      provider.read(old.urn, old.id ?? "", old.inputs, old.outputs, this.deployment.request.interruption.terminated),
    );
    if (read === undefined) return undefined;
    const now: ResourceState = withSecretOutputs({
      ...old,
      outputs: read.outputs,
      ...(read.inputs ? { inputs: read.inputs } : {}),
    });
    await this.deployment.snapshot.commit({ swap: [[old, now]] });
    return now;
  }
}

function isComponentUrn(deployment: Deployment, urn: string): boolean {
  return urn.includes(STACK_TYPE) || deployment.components.has(urn);
}
