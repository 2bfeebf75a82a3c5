import { UNKNOWN, type Json, type Properties, type ResourceState } from "../model";
import { changedPaths, ignoringChanges, parsePath, touches, writePath } from "../property-path";
import type { CheckFailure, Diff } from "../provider/client";
import { containsUnknown, equal, withoutOutputValues } from "../values";
import { possibleUrns } from "./aliases";
import { deleteDependents } from "./cascade";
import { plannedState, type Deployment } from "./deployment";
import { StepFailed } from "./runner";
import type { Goal, Registered } from "./goal";
import { importStep } from "./imports";
import type { Provider, ProviderRegistry } from "./providers";
import { createStep, deleteStep, takeStep, updateStep, withSecretOutputs } from "./steps";
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
    await this.judge(goal, urn, old.inputs, provider ?? old.provider);
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
    if (isProviderType(goal.type) || goal.type === "pulumi:pulumi:StackReference") return undefined;
    if (goal.provider) return goal.provider;
    const pkg = packageOf(goal.type);
    for (let parent = goal.parent; parent !== undefined; parent = this.deployment.parentOf(parent)) {
      const handed = this.deployment.handedDown.get(parent)?.[pkg];
      if (handed !== undefined) return handed;
    }
    return this.registry.defaultFor(pkg, goal.version);
  }

  private async component(goal: Goal, urn: string, old: ResourceState | undefined): Promise<ResourceState> {
    const inputs = await this.judge(goal, urn, goal.properties, undefined);
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
    if (goal.type === "pulumi:pulumi:StackReference") return this.stackReference(goal, urn, found);
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
        (inputs) => this.judge(goal, urn, inputs, reference),
        (imported, planned) => this.update(goal, imported, planned, provider),
      );
    }

    const olds = old?.external ? undefined : old?.inputs;
    const wanted = olds === undefined ? goal.properties : ignoringChanges(goal.properties, olds, goal.ignoreChanges);
    const inputs = await this.judge(goal, urn, await this.check(provider, urn, olds, wanted), reference);
    const planned = plannedState(deployment, goal, urn, inputs, reference, old);

    if (old === undefined)
      return createStep(deployment, "create", planned, provider, (state) => ({
        put: [state],
        ...(gone === undefined ? {} : { drop: [gone] }),
      }));
    if (old.pendingReplacement || deployment.deletedEarly.has(old.urn)) return this.comeBack(planned, old, provider);
    const diff = await this.diff(goal, old, planned, provider, reference);
    if (diff.replaces.length > 0) return this.replace(goal, old, planned, provider, diff);
    if (diff.changes === "some" || (old.initErrors?.length ?? 0) > 0)
      return updateStep(deployment, old, planned, provider, goal.ignoreChanges, describeDiff(diff));
    if (isProviderType(goal.type)) await this.registry.configure(urn, old.id ?? "", inputs);
    return this.same(withSecretOutputs({ ...planned, outputs: old.outputs }), old);
  }

  private update(goal: Goal, old: ResourceState, planned: ResourceState, provider: Provider): Promise<ResourceState> {
    return this.diff(goal, old, planned, provider, planned.provider).then((diff) =>
      diff.changes === "some" || diff.replaces.length > 0
        ? updateStep(this.deployment, old, planned, provider, goal.ignoreChanges, describeDiff(diff))
        : old,
    );
  }

  private async check(
    provider: Provider,
    urn: string,
    olds: Properties | undefined,
    news: Properties,
  ): Promise<Properties> {
    const { inputs, failures } = await this.guarded(urn, () => provider.check(urn, olds, news));
    if (failures.length === 0) return inputs;
    for (const failure of failures) this.deployment.failWithoutStep(checkMessage(urn, failure), urn);
    throw new StepFailed(urn);
  }

  /** Remediates, then analyses (pulumi.md 8.5). A mandatory violation takes the step from an update, not from a preview. */
  private async judge(goal: Goal, urn: string, inputs: Properties, provider: string | undefined): Promise<Properties> {
    const { policies } = this.deployment.request;
    if (policies === undefined) return inputs;
    const clear = withoutOutputValues(inputs);
    const remediated = await policies.remediate(this.deployment.analyzed(goal, urn, clear, provider));
    const { __internal: _internal, ...judged } = remediated;
    const accepted = await policies.analyze(this.deployment.analyzed(goal, urn, judged, provider));
    if (!accepted) {
      this.deployment.violated = true;
      if (!this.deployment.preview) {
        this.deployment.runner.failed = true;
        throw new StepFailed(urn);
      }
    }
    return remediated === clear ? inputs : remediated;
  }

  private async diff(
    goal: Goal,
    old: ResourceState,
    planned: ResourceState,
    provider: Provider,
    reference: string | undefined,
  ): Promise<Diff> {
    const { options } = this.deployment.request;
    const forced = options.replace.includes(old.urn) || options.replace.includes(planned.urn) || old.taint === true;
    const partner =
      planned.replaceWith?.some((urn) => this.deployment.replacing.has(urn)) === true ||
      (planned.deletedWith !== undefined && this.deployment.replacing.has(planned.deletedWith));
    const triggered =
      planned.replacementTrigger !== undefined &&
      old.replacementTrigger !== undefined &&
      !equal(old.replacementTrigger, planned.replacementTrigger);
    const diff = await this.guarded(planned.urn, () =>
      provider.diff(planned.urn, old, planned.inputs, goal.ignoreChanges),
    );
    const paths = changedPaths(old.inputs, planned.inputs);
    const changes = diff.changes === "unknown" ? (paths.length === 0 ? "none" : "some") : diff.changes;
    const demanded = paths
      .filter((path) => goal.replaceOnChanges.some((pattern) => touches(parsePath(pattern), path)))
      .map(writePath);
    const replaces = new Set([...diff.replaces, ...(changes === "some" ? demanded : [])]);
    if (forced || partner || triggered || old.external || this.providerReplaced(old.provider, reference))
      replaces.add("id");
    return {
      ...diff,
      changes,
      replaces: [...replaces],
      diffs: diff.diffs.length > 0 ? diff.diffs : paths.map(writePath),
    };
  }

  /** A provider resource that is replaced takes its resources along; one that is only another name for it does not. */
  private providerReplaced(before: string | undefined, now: string | undefined): boolean {
    if (before === undefined || now === undefined || before === now) return false;
    const urn = now.slice(0, now.lastIndexOf("::"));
    return this.deployment.replacing.has(urn);
  }

  /** CreateBeforeDelete or, where asked for, DeleteBeforeReplace (pulumi.md 9.2, 9.3). */
  private async replace(
    goal: Goal,
    old: ResourceState,
    planned: ResourceState,
    provider: Provider,
    diff: Diff,
  ): Promise<ResourceState> {
    const { deployment } = this;
    const { urn } = planned;
    if (old.protect && goal.protect !== false) {
      const error = new Error(
        `unable to replace resource "${urn}"\nas it is currently marked for protection. To unprotect the resource, remove the \`protect\` flag from the resource in your Pulumi program and run \`pulumi up\``,
      );
      deployment.fail({ op: "replace", urn, old, new: planned }, error);
      if (!deployment.preview) throw new StepFailed(urn);
    }
    deployment.replacing.add(urn);
    const inputs = await this.judge(
      goal,
      urn,
      await this.check(provider, urn, undefined, goal.properties),
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
      await deleteDependents(deployment, this.registry, old);
      const waiting: ResourceState = { ...old, pendingReplacement: true };
      await deleteStep(
        deployment,
        "delete-replaced",
        { ...old, protect: false },
        old.retainOnDelete || old.external ? undefined : provider,
        { swap: [[old, waiting]] },
      );
      this.logicalReplace(old, fresh, facts);
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
    this.logicalReplace(old, state, facts);
    deployment.replaced.push(doomed);
    return state;
  }

  private logicalReplace(old: ResourceState, state: ResourceState, facts: object): void {
    const step = { op: "replace" as const, urn: state.urn, ...facts, old, new: state };
    this.deployment.events.started(step);
    this.deployment.events.finished(step);
  }

  /** Deleted earlier, in this run or a failed one: its replacement is created now. */
  private async comeBack(planned: ResourceState, old: ResourceState, provider: Provider): Promise<ResourceState> {
    this.deployment.replacing.add(planned.urn);
    const { id: _id, pendingReplacement: _pending, ...fresh } = planned as ResourceState;
    const gone = this.deployment.current.get(old.urn) ?? old;
    this.logicalReplace(old, fresh, {});
    return createStep(
      this.deployment,
      "create-replacement",
      fresh,
      provider,
      (state) => ({ put: [state], drop: [gone] }),
      { old },
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
    const read = await this.guarded(old.urn, () =>
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

  private async stackReference(goal: Goal, urn: string, old: ResourceState | undefined): Promise<ResourceState> {
    const name = goal.properties["name"];
    const found =
      typeof name === "string" && !containsUnknown(name) ? await this.deployment.request.stackOutputs(name) : undefined;
    if (found === undefined && !containsUnknown(name as Json)) {
      this.deployment.failWithoutStep(`unknown stack ${JSON.stringify(name)}`, urn);
      throw new StepFailed(urn);
    }
    const outputs: Properties = {
      name: name ?? UNKNOWN,
      outputs: found?.outputs ?? {},
      secretOutputNames: found?.secretOutputNames ?? [],
    };
    const state: ResourceState = {
      ...plannedState(this.deployment, goal, urn, goal.properties, undefined, old),
      id: typeof name === "string" ? name : "",
      outputs,
      external: true,
    };
    const op = old === undefined ? "read" : "same";
    await takeStep(
      this.deployment,
      { op, urn, old, new: state },
      undefined,
      () => Promise.resolve({ state, change: () => ({ put: [state], ...(old === undefined ? {} : { drop: [old] }) }) }),
      op === "read",
    );
    return state;
  }

  /** Check and Diff happen before a step exists: their failure is a diagnostic of the resource. */
  private async guarded<T>(urn: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      this.deployment.failWithoutStep(error instanceof Error ? error.message : String(error), urn);
      throw new StepFailed(urn);
    }
  }
}

function checkMessage(urn: string, failure: CheckFailure): string {
  const where = failure.property === "" ? "" : `: property ${failure.property}`;
  return `${urn.split("::").slice(2).join(" ")} resource has a problem${where}: ${failure.reason}`;
}

function describeDiff(diff: Diff) {
  return { diffs: diff.diffs, detailed: diff.detailed };
}

function isComponentUrn(deployment: Deployment, urn: string): boolean {
  return urn.includes(STACK_TYPE) || deployment.components.has(urn);
}
