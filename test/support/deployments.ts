import { Interrupter } from "../../orchestrator/engine/builtin/command/interrupter";
import { Deployment } from "../../orchestrator/engine/builtin/deploy/deployment";
import type { Provider, ProviderRegistry } from "../../orchestrator/engine/builtin/deploy/providers";
import { nameOf } from "../../orchestrator/engine/builtin/deploy/urn";
import type {
  DeploymentRequest,
  EngineEventPayload,
  OperationOptions,
  PendingOperation,
  PendingToken,
  ResourceState,
  Snapshot,
  StateChange,
  StateWriter,
} from "../../orchestrator/engine/builtin/model";
import { strict } from "./strict";

/** What an operation without any flag is asked for. */
export const plainOptions: OperationOptions = {
  parallel: 4,
  targets: [],
  targetDependents: false,
  excludes: [],
  excludeDependents: false,
  replace: [],
  refresh: false,
  continueOnError: false,
  excludeProtected: false,
  clearPendingCreates: false,
  importPendingCreates: [],
  runProgram: false,
  imports: [],
  debug: false,
};

export const PROVIDER_URN = "urn:pulumi:dev::proj::pulumi:providers:x::mine";
/** Reference of the provider that `managed` states belong to. */
export const PROVIDER = `${PROVIDER_URN}::p1`;

/** Writes down what a run wants durable, in order: `begin creating a`, `put a drop b swap c`. */
export class RecordingWriter implements StateWriter {
  readonly log: string[] = [];
  readonly begun: PendingOperation[] = [];
  private readonly open = new Set<number>();

  begin(pending: PendingOperation): Promise<PendingToken> {
    const serial = this.begun.push(pending);
    this.open.add(serial);
    this.log.push(`begin ${pending.type} ${nameOf(pending.resource.urn)}`);
    return Promise.resolve({ serial });
  }
  standstill({ resources }: Snapshot): Promise<void> {
    this.log.push(`standstill ${resources.map(({ urn }) => nameOf(urn)).join(",")}`);
    return Promise.resolve();
  }
  commit({ put = [], drop = [], swap = [] }: StateChange, token?: PendingToken): Promise<void> {
    if (token !== undefined && !this.open.delete(token.serial)) throw new Error(`${token.serial} was closed twice`);
    const names = (verb: string, states: readonly ResourceState[]) =>
      states.length === 0 ? [] : [`${verb} ${states.map(({ urn }) => nameOf(urn)).join(",")}`];
    this.log.push(
      [
        ...names("put", put),
        ...names("drop", drop),
        ...names(
          "swap",
          swap.map(([, after]) => after),
        ),
        ...(token === undefined ? [] : ["end"]),
      ].join(" "),
    );
    return Promise.resolve();
  }
  /** Operations that were begun and never ended. */
  get unended(): string[] {
    return [...this.open].map((serial) => nameOf(this.begun[serial - 1]?.resource.urn ?? ""));
  }
}

export interface Given extends Partial<Omit<DeploymentRequest, "base" | "options" | "writer">> {
  resources?: ResourceState[];
  pending?: PendingOperation[];
  options?: Partial<OperationOptions>;
}
export interface Staged {
  readonly request: DeploymentRequest;
  readonly deployment: Deployment;
  readonly writer: RecordingWriter;
  readonly interrupter: Interrupter;
  readonly events: EngineEventPayload[];
  /** `op name` of each finished step, in order. */
  finished(): string[];
  /** Messages of the errors that were told. */
  errors(): string[];
}

/** One operation on `resources`, whose events and writes the test can read. Nothing outside is reachable from it. */
export function staged(given: Given = {}): Staged {
  const { resources = [], pending = [], options = {}, ...rest } = given;
  const writer = new RecordingWriter();
  const interrupter = new Interrupter();
  const events: EngineEventPayload[] = [];
  const request: DeploymentRequest = {
    kind: "update",
    dryRun: false,
    organization: "organization",
    project: "proj",
    stack: "dev",
    config: {},
    configSecretKeys: [],
    base: { resources, pending },
    writer,
    providers: strict("locator", {}),
    stackOutputs: (name) => Promise.reject(new Error(`unexpected question for the outputs of ${name}`)),
    options: { ...plainOptions, ...options },
    emit: (event) => events.push(event),
    interruption: interrupter,
    now: () => new Date(0),
    ...rest,
  };
  return {
    request,
    deployment: new Deployment(request),
    writer,
    interrupter,
    events,
    finished: () =>
      events.flatMap((event) => {
        const { metadata } = (event["resOutputsEvent"] ?? {}) as { metadata?: { op: string; urn: string } };
        return metadata === undefined ? [] : [`${metadata.op} ${nameOf(metadata.urn)}`];
      }),
    errors: () =>
      events.flatMap((event) => {
        const told = event["diagnosticEvent"] as { severity: string; message: string } | undefined;
        return told?.severity === "error" ? [told.message.trimEnd()] : [];
      }),
  };
}

export interface ScriptedProvider extends Provider {
  /** `method name`, in order. */
  readonly calls: string[];
}

/** A provider that answers the calls the test prepared; any other call is an error of the step that makes it. */
export function scripted(answers: Partial<Provider>): ScriptedProvider {
  const calls: string[] = [];
  const ask = <K extends keyof Provider>(method: K): Provider[K] =>
    ((...args: unknown[]) => {
      const [first] = args as [string | ResourceState];
      const name = nameOf(typeof first === "string" ? first : first.urn);
      calls.push(`${method} ${name}`);
      const answer = answers[method] as ((...given: unknown[]) => unknown) | undefined;
      return answer === undefined ? Promise.reject(new Error(`unexpected ${method} of ${name}`)) : answer(...args);
    }) as Provider[K];
  return {
    calls,
    check: ask("check"),
    diff: ask("diff"),
    create: ask("create"),
    update: ask("update"),
    delete: ask("delete"),
    read: ask("read"),
  };
}

/** A registry that knows one provider, under `PROVIDER`. */
export function registryOf(provider: Provider, members: Partial<ProviderRegistry> = {}): ProviderRegistry {
  return strict<ProviderRegistry>("registry", {
    get: (reference) =>
      reference === PROVIDER
        ? Promise.resolve(provider as Awaited<ReturnType<ProviderRegistry["get"]>>)
        : Promise.reject(new Error(`unexpected provider ${reference}`)),
    ...members,
  });
}
