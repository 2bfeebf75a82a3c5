/**
 * The nouns of the built-in engine, shared by its three parts: `deploy/` (registers resources and takes steps),
 * `backend/` + `command/` (files, locks, the CLI surface) and `policy/` + `program/` (analyzers and program hosts).
 *
 * Property values are kept exactly as they travel in Pulumi's protocol: plain JSON in which an unknown is the sentinel
 * string and a secret, asset, archive, reference or output value is an object tagged with the signature key.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Properties = { [key: string]: Json };

/** "Not known yet" in a preview (Pulumi protocol constant, sdk/go/common/resource/plugin/rpc.go). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** Key that tags special values (sdk/go/common/resource/sig). */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const ASSET = "c44067f5952c0a294b673a41bacd8c17";
export const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
export const REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e";
export const OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** One resource as the deployment format v3 stores it; absent and empty mean the same. Field names are the format's. */
export interface ResourceState {
  urn: string;
  custom: boolean;
  delete?: boolean;
  id?: string;
  type: string;
  /** Checked inputs; secrets as tagged envelopes in memory, encrypted only on disk. */
  inputs: Properties;
  outputs: Properties;
  parent?: string;
  protect?: boolean;
  taint?: boolean;
  external?: boolean;
  dependencies?: string[];
  initErrors?: string[];
  /** `<urn>::<id>` of the provider resource. */
  provider?: string;
  propertyDependencies?: Record<string, string[]>;
  pendingReplacement?: boolean;
  additionalSecretOutputs?: string[];
  aliases?: string[];
  /** Seconds. */
  customTimeouts?: { create?: number; update?: number; delete?: number };
  importID?: string;
  retainOnDelete?: boolean;
  deletedWith?: string;
  replaceWith?: string[];
  /** RFC 3339. */
  created?: string;
  modified?: string;
  sourcePosition?: string;
  ignoreChanges?: string[];
  hideDiff?: string[];
  replaceOnChanges?: string[];
  replacementTrigger?: Json;
}

export type PendingKind = "creating" | "updating" | "deleting" | "reading";
export interface PendingOperation {
  type: PendingKind;
  resource: ResourceState;
}

export interface Snapshot {
  resources: ResourceState[];
  pending: PendingOperation[];
}

/**
 * Where finished steps go. `backend/` implements it with an append-only journal next to the checkpoint; a preview uses
 * one that keeps nothing. States are told apart by object identity: a base state is the very object from
 * `DeploymentRequest.base`, a put state must not be mutated afterwards (put a new object and drop the old one).
 */
export interface StepWriter {
  /** Resolves once the intent is durable; only then may the provider be called. */
  begin(pending: PendingOperation): Promise<PendingToken>;
  /** Resolves once the result is durable; only then may the program be told. Closes the pending operation if given. */
  commit(change: StateChange, token?: PendingToken): Promise<void>;
}
export interface StateWriter extends StepWriter {
  /** Resolves once the whole state is written as one; called while nothing is under way. */
  standstill(snapshot: Snapshot): Promise<void>;
}
export type PendingToken = { readonly serial: number };
export interface StateChange {
  /** New or changed states of this run, in the order they belong in the snapshot (finished first). */
  put?: ResourceState[];
  /** States (base or put earlier) that no longer belong in the snapshot. */
  drop?: ResourceState[];
  /** State → its successor in the very same place of the snapshot: how a refresh keeps the order valid. */
  swap?: [ResourceState, ResourceState][];
}

export type OperationKind = "update" | "preview" | "refresh" | "destroy" | "import";

/** Parsed options of one operation (pulumi.md 3.2); absent lists are empty. */
export interface OperationOptions {
  /** Resource operations at once; default 16 as the CLI's default is 4 x cores. */
  parallel: number;
  targets: string[];
  targetDependents: boolean;
  excludes: string[];
  excludeDependents: boolean;
  replace: string[];
  refresh: boolean;
  continueOnError: boolean;
  excludeProtected: boolean;
  clearPendingCreates: boolean;
  /** refresh only: pending creates whose resource exists after all, adopted under this id. */
  importPendingCreates: { urn: string; id: string }[];
  /** refresh / destroy: run the program too. */
  runProgram: boolean;
  imports: ImportRequest[];
  /** Pass on the program's debug messages. */
  debug: boolean;
}
export interface ImportRequest {
  type: string;
  name: string;
  id: string;
  /** URN of a resource of the stack; default: its root. */
  parent?: string;
  /** URN of a provider resource of the stack; default: the package's default provider. */
  provider?: string;
  protect: boolean;
}

/** One engine event payload without sequence and timestamp: exactly one key of pulumi.md 8.3. */
export type EngineEventPayload = { [key: string]: unknown };

/** First signal: finish running steps, start none. Second: give up waiting; pending operations stay recorded. */
export interface Interruption {
  readonly cancelled: AbortSignal;
  readonly terminated: AbortSignal;
}

/** Runs the user's program against a monitor; `program/` has the inline (client address) and local (child process) hosts. */
export interface ProgramHost {
  run(request: ProgramRun): Promise<ProgramResult>;
}
export interface ProgramRun {
  monitorAddress: string;
  engineAddress: string;
  organization: string;
  project: string;
  stack: string;
  config: Record<string, string>;
  configSecretKeys: string[];
  dryRun: boolean;
  parallel: number;
  signal: AbortSignal;
}
export type ProgramResult = { ok: true } | { ok: false; message: string };

/** A loaded set of policy packs for one operation; implemented in `policy/`, which also emits the policy events. */
export interface PolicyGate {
  /** Changed inputs, or the same object when nothing was remediated. */
  remediate(resource: AnalyzedResource): Promise<Properties>;
  /** True when no mandatory violation was reported. */
  analyze(resource: AnalyzedResource): Promise<boolean>;
  analyzeStack(resources: AnalyzedStackResource[]): Promise<boolean>;
  /** name|kind|path → version, for summaryEvent.PolicyPacks. */
  readonly packs: Record<string, string>;
}
export interface AnalyzedResource {
  urn: string;
  type: string;
  name: string;
  properties: Properties;
  options: {
    protect: boolean;
    ignoreChanges: string[];
    deleteBeforeReplace?: boolean;
    additionalSecretOutputs: string[];
    aliases: string[];
    customTimeouts: { create: number; update: number; delete: number };
    parent: string;
  };
  provider?: { urn: string; type: string; name: string; properties: Properties };
}
export interface AnalyzedStackResource extends AnalyzedResource {
  parent: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
}

/** package name → `host:port` of a provider; `provider/` resolves attached providers and executables on PATH. */
export interface ProviderLocator {
  locate(pkg: string, version: string | undefined): Promise<string>;
}

/** Everything one operation needs; `deploy/` performs it and knows neither files nor flags. */
export interface DeploymentRequest {
  kind: OperationKind;
  dryRun: boolean;
  organization: string;
  project: string;
  stack: string;
  /** `project:key` → plaintext. */
  config: Record<string, string>;
  configSecretKeys: string[];
  base: Snapshot;
  writer: StateWriter;
  program?: ProgramHost;
  providers: ProviderLocator;
  policies?: PolicyGate;
  /** Outputs of another stack, for `pulumi:pulumi:StackReference`; undefined when there is no such stack. */
  stackOutputs(name: string): Promise<{ outputs: Properties; secretOutputNames: string[] } | undefined>;
  options: OperationOptions;
  emit(event: EngineEventPayload): void;
  interruption: Interruption;
  /** Injected clock for created/modified. */
  now(): Date;
}
export interface DeploymentResult {
  result: "succeeded" | "failed" | "canceled";
  /** op → count, logical and succeeded only (pulumi.md 8.3). */
  changes: Record<string, number>;
  /** The snapshot after the run (also of a preview, where it is only planned). */
  snapshot: Snapshot;
  /** Error diagnostics already emitted as events, repeated for the text output. */
  errors: string[];
}
