import type { AnalyzedResource, AnalyzedStackResource, DeploymentRequest, ResourceState } from "../model";
import { revealed } from "../values";
import { StepEvents, type StepFacts } from "./events";
import type { Goal, Timeouts } from "./goal";
import { forgetfulWriter, LiveSnapshot } from "./snapshot";
import { StepRunner } from "./runner";
import { needs, Targets } from "./targets";
import { isProviderType, nameOf, parseReference } from "./urn";

/** What all parts of one operation share: the old and the new resources, the events, the limits. */
export class Deployment {
  /** Live old resources by URN; copies that only wait for their deletion are in `leftovers`. */
  readonly olds = new Map<string, ResourceState>();
  /** Old copies of replaced resources whose deletion has not succeeded yet. */
  readonly leftovers: ResourceState[] = [];
  /** Resources of this run by URN. */
  readonly news = new Map<string, ResourceState>();
  /** URNs this run has answered for, whatever became of them. */
  readonly seen = new Set<string>();
  /** Former URNs of a resource of this run. */
  readonly aliasesOf = new Map<string, string[]>();
  /** Old URNs that live on under a new one. */
  readonly renamed = new Set<string>();
  /** Old copies replaced in this run, deleted at its end. */
  readonly replaced: ResourceState[] = [];
  /** Deleted before their replacement, which comes when they register. */
  readonly deletedEarly = new Set<string>();
  /** Replaced in this run, for replaceWith and deletedWith. */
  readonly replacing = new Set<string>();
  /** Already deleted for a replacement that the program no longer wants: dropped without a provider call. */
  readonly forgotten: ResourceState[] = [];
  /** Creates that --target left out. */
  readonly skippedCreates = new Set<string>();
  /** Components of this run. */
  readonly components = new Set<string>();
  /** Parent of each resource of this run. */
  readonly parents = new Map<string, string>();
  /** Old states that were exchanged for a marked copy, by URN: what has to be dropped in the end. */
  readonly current = new Map<string, ResourceState>();
  /** Components with the providers they hand down, by URN. */
  readonly handedDown = new Map<string, Record<string, string>>();

  readonly snapshot: LiveSnapshot;
  readonly events: StepEvents;
  readonly runner: StepRunner;
  readonly targets: Targets;
  private dependents: Map<string, ResourceState[]> | undefined;
  /** A mandatory violation was reported: a preview goes on and fails at its end. */
  violated = false;
  /** The program ended with an error: nothing is deleted for being missing from it. */
  programFailed = false;

  constructor(readonly request: DeploymentRequest) {
    for (const state of request.base.resources) {
      if (state.delete) this.leftovers.push(state);
      else this.olds.set(state.urn, state);
    }
    this.snapshot = new LiveSnapshot(request.base, request.dryRun ? forgetfulWriter() : request.writer);
    this.events = new StepEvents(request.emit, request.dryRun);
    this.runner = new StepRunner(request.options.parallel, request.options.continueOnError, request.interruption);
    this.targets = new Targets(request.options);
  }

  get preview(): boolean {
    return this.request.dryRun;
  }
  parentOf(urn: string): string | undefined {
    return this.parents.get(urn);
  }
  timestamp(): string {
    return this.request.now().toISOString();
  }

  /** Old states that directly need this one. */
  dependentsOf(urn: string): ResourceState[] {
    if (this.dependents === undefined) {
      this.dependents = new Map();
      for (const state of this.olds.values())
        for (const need of needs(state)) {
          const known = this.dependents.get(need);
          if (known === undefined) this.dependents.set(need, [state]);
          else known.push(state);
        }
    }
    return this.dependents.get(urn) ?? [];
  }

  /** Reports the failure of a step once and stops what must not start any more. */
  fail(step: StepFacts, error: unknown): void {
    this.runner.failed = true;
    this.events.failed(step, plain(error));
  }
  failWithoutStep(message: string, urn?: string): void {
    this.runner.failed = true;
    this.events.diagnostic("error", message, urn);
  }

  analyzed(
    goal: Pick<
      Goal,
      | "type"
      | "name"
      | "protect"
      | "ignoreChanges"
      | "deleteBeforeReplace"
      | "additionalSecretOutputs"
      | "customTimeouts"
      | "parent"
    >,
    urn: string,
    properties: ResourceState["inputs"],
    provider?: string,
  ): AnalyzedResource {
    const reference =
      provider === undefined || provider === "" || isProviderType(goal.type) ? undefined : parseReference(provider).urn;
    const state = reference === undefined ? undefined : (this.news.get(reference) ?? this.olds.get(reference));
    return {
      urn,
      type: goal.type,
      name: goal.name,
      properties,
      options: {
        protect: goal.protect ?? false,
        ignoreChanges: goal.ignoreChanges,
        ...(goal.deleteBeforeReplace === undefined ? {} : { deleteBeforeReplace: goal.deleteBeforeReplace }),
        additionalSecretOutputs: goal.additionalSecretOutputs,
        aliases: [],
        customTimeouts: {
          create: goal.customTimeouts.create ?? 0,
          update: goal.customTimeouts.update ?? 0,
          delete: goal.customTimeouts.delete ?? 0,
        },
        parent: goal.parent ?? "",
      },
      ...(state === undefined
        ? {}
        : {
            provider: { urn: state.urn, type: state.type, name: nameOf(state.urn), properties: revealed(state.inputs) },
          }),
    };
  }

  /** Stack policies see outputs, of everything that is there after the run. */
  analyzedStack(): AnalyzedStackResource[] {
    return this.snapshot
      .current()
      .resources.filter((state) => !state.delete)
      .map((state) => ({
        ...this.analyzed(
          {
            type: state.type,
            name: nameOf(state.urn),
            protect: state.protect,
            ignoreChanges: [],
            deleteBeforeReplace: undefined,
            additionalSecretOutputs: state.additionalSecretOutputs ?? [],
            customTimeouts: state.customTimeouts ?? {},
            parent: state.parent,
          },
          state.urn,
          state.outputs,
          state.provider,
        ),
        parent: state.parent ?? "",
        dependencies: state.dependencies ?? [],
        propertyDependencies: Object.fromEntries(
          Object.entries(state.propertyDependencies ?? {}).filter(([, urns]) => urns.length > 0),
        ),
      }));
  }
}

/** The state a goal leads to, before its outputs are known. */
export function plannedState(
  deployment: Deployment,
  goal: Goal,
  urn: string,
  inputs: ResourceState["inputs"],
  provider: string | undefined,
  old: ResourceState | undefined,
): ResourceState {
  const now = deployment.timestamp();
  const state: ResourceState = { urn, custom: goal.custom, type: goal.type, inputs, outputs: {} };
  if (old?.id !== undefined && goal.custom) state.id = old.id;
  if (goal.parent) state.parent = goal.parent;
  if (goal.protect) state.protect = true;
  if (goal.dependencies.length > 0) state.dependencies = goal.dependencies;
  if (provider) state.provider = provider;
  if (Object.keys(goal.propertyDependencies).length > 0) state.propertyDependencies = goal.propertyDependencies;
  if (goal.additionalSecretOutputs.length > 0) state.additionalSecretOutputs = goal.additionalSecretOutputs;
  const timeouts = definedTimeouts(goal.customTimeouts);
  if (timeouts) state.customTimeouts = timeouts;
  if (goal.importId !== "") state.importID = goal.importId;
  if (goal.retainOnDelete) state.retainOnDelete = true;
  if (goal.deletedWith !== "") state.deletedWith = goal.deletedWith;
  if (goal.replaceWith.length > 0) state.replaceWith = goal.replaceWith;
  if (goal.replacementTrigger !== undefined) state.replacementTrigger = goal.replacementTrigger;
  if (goal.ignoreChanges.length > 0) state.ignoreChanges = goal.ignoreChanges;
  if (goal.hideDiffs.length > 0) state.hideDiff = goal.hideDiffs;
  if (goal.replaceOnChanges.length > 0) state.replaceOnChanges = goal.replaceOnChanges;
  if (goal.sourcePosition !== "") state.sourcePosition = goal.sourcePosition;
  if (old?.created !== undefined) state.created = old.created;
  else if (goal.custom) state.created = now;
  if (old?.modified !== undefined) state.modified = old.modified;
  else if (goal.custom) state.modified = now;
  return state;
}

function definedTimeouts(timeouts: Timeouts): Timeouts | undefined {
  const defined = Object.entries(timeouts).filter(([, seconds]) => seconds !== undefined && seconds > 0);
  return defined.length === 0 ? undefined : Object.fromEntries(defined);
}

/** A provider's refusal in its own words, without the protocol's status in front of them. */
export function plain(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const { details } = error as { details?: unknown };
  return typeof details === "string" && details !== "" ? new Error(details, { cause: error }) : error;
}
