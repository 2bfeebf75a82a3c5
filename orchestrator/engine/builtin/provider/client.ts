/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published stubs are untyped */
import * as grpc from "@grpc/grpc-js";
import type { Json, Properties } from "../model";
import { empty, fromStruct, toStruct } from "../struct";
import { containsSecret, revealed, secretsKept, withoutReferences } from "../values";
import { Connection } from "./connection";

const messages = require("@pulumi/pulumi/proto/provider_pb") as any;
const { PluginAttach } = require("@pulumi/pulumi/proto/plugin_pb") as any;
const { ErrorResourceInitFailed } = messages;

const CANCEL_SECONDS = 5;

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}
export interface Diff {
  readonly changes: "unknown" | "none" | "some";
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly diffs: readonly string[];
  readonly detailed?: Readonly<Record<string, { kind: number; inputDiff: boolean }>>;
}
export interface Done {
  readonly id: string;
  readonly outputs: Properties;
  /** Reasons why the resource exists but is not as it should be (ErrorResourceInitFailed). */
  readonly initErrors: readonly string[];
  /** Inputs as the provider reports them with a partial failure or a read. */
  readonly inputs?: Properties;
}

/** The calls of pulumi.md 7.2 over plain values. Secrets are wrapped and unwrapped here. */
export class ProviderClient {
  private acceptSecrets = false;
  private acceptReferences = false;
  private previews = false;

  private constructor(private readonly connection: Connection) {}

  get pkg(): string {
    return this.connection.pkg;
  }

  /** Connects, greets and attaches; every provider resource has a connection of its own. */
  static async connect(pkg: string, address: string, engineAddress: string): Promise<ProviderClient> {
    const provider = new ProviderClient(await Connection.open(pkg, address));
    await provider.handshake(engineAddress);
    const attach = new PluginAttach();
    attach.setAddress(engineAddress);
    await provider.call("attach", attach);
    await provider.call("getPluginInfo", empty());
    return provider;
  }

  private async handshake(engineAddress: string): Promise<void> {
    const request = new messages.ProviderHandshakeRequest();
    request.setEngineAddress(engineAddress);
    try {
      const reply = await this.call<any>("handshake", request);
      this.acceptSecrets = reply.getAcceptSecrets();
      this.acceptReferences = reply.getAcceptResources();
      this.previews = true;
    } catch (error) {
      if ((error as grpc.ServiceError).code !== grpc.status.UNIMPLEMENTED) throw error;
    }
  }

  private call<T>(method: string, request: unknown, timeoutSeconds?: number, signal?: AbortSignal): Promise<T> {
    return this.connection.call(method, request, timeoutSeconds, signal);
  }

  private sent(properties: Properties | undefined): any {
    if (properties === undefined) return undefined;
    const known = this.acceptReferences ? properties : withoutReferences(properties);
    return toStruct(this.acceptSecrets ? known : revealed(known));
  }
  private received(struct: any, inputs: Properties): Properties {
    const outputs = fromStruct(struct);
    return this.acceptSecrets ? outputs : secretsKept(outputs, inputs);
  }

  async checkConfig(
    urn: string,
    olds: Properties | undefined,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: CheckFailure[] }> {
    return this.checkWith("checkConfig", urn, olds, news);
  }
  async check(
    urn: string,
    olds: Properties | undefined,
    news: Properties,
    seed: Uint8Array,
  ): Promise<{ inputs: Properties; failures: CheckFailure[] }> {
    return this.checkWith("check", urn, olds, news, seed);
  }
  private async checkWith(
    method: string,
    urn: string,
    olds: Properties | undefined,
    news: Properties,
    seed?: Uint8Array,
  ) {
    const request = new messages.CheckRequest();
    identify(request, urn);
    if (olds !== undefined) request.setOlds(this.sent(olds));
    request.setNews(this.sent(news));
    if (seed !== undefined) request.setRandomseed(seed);
    try {
      const reply = await this.call<any>(method, request);
      const failures = reply
        .getFailuresList()
        .map((failure: any) => ({ property: failure.getProperty(), reason: failure.getReason() }));
      return { inputs: this.received(reply.getInputs(), news), failures };
    } catch (error) {
      if ((error as grpc.ServiceError).code === grpc.status.UNIMPLEMENTED) return { inputs: news, failures: [] };
      throw error;
    }
  }

  async configure(urn: string, inputs: Properties): Promise<void> {
    const request = new messages.ConfigureRequest();
    const variables = request.getVariablesMap();
    for (const [key, value] of Object.entries(revealed(inputs) as Properties)) {
      if (key !== "version" && key !== "__internal")
        variables.set(`${this.pkg}:config:${key}`, typeof value === "string" ? value : JSON.stringify(value));
    }
    request.setArgs(this.sent(inputs));
    request.setAcceptsecrets(true);
    request.setAcceptresources(true);
    request.setSendsOldInputs(true);
    request.setSendsOldInputsToDelete(true);
    identify(request, urn);
    const reply = await this.call<any>("configure", request);
    this.acceptSecrets ||= reply.getAcceptsecrets();
    this.acceptReferences ||= reply.getAcceptresources();
    this.previews ||= reply.getSupportspreview();
  }

  diffConfig(urn: string, oldInputs: Properties, oldOutputs: Properties, news: Properties): Promise<Diff> {
    return this.diffWith("diffConfig", urn, "", oldInputs, oldOutputs, news, []);
  }
  diff(
    urn: string,
    id: string,
    oldInputs: Properties,
    oldOutputs: Properties,
    news: Properties,
    ignoreChanges: readonly string[],
  ): Promise<Diff> {
    return this.diffWith("diff", urn, id, oldInputs, oldOutputs, news, ignoreChanges);
  }
  private async diffWith(
    method: string,
    urn: string,
    id: string,
    oldInputs: Properties,
    oldOutputs: Properties,
    news: Properties,
    ignoreChanges: readonly string[],
  ): Promise<Diff> {
    const request = new messages.DiffRequest();
    identify(request, urn);
    request.setId(id);
    request.setOldInputs(this.sent(oldInputs));
    request.setOlds(this.sent(oldOutputs));
    request.setNews(this.sent(news));
    request.setIgnorechangesList([...ignoreChanges]);
    let reply: any;
    try {
      reply = await this.call<any>(method, request);
    } catch (error) {
      if ((error as grpc.ServiceError).code === grpc.status.UNIMPLEMENTED)
        return { changes: "unknown", replaces: [], deleteBeforeReplace: false, diffs: [] };
      throw error;
    }
    const detailed: Record<string, { kind: number; inputDiff: boolean }> = {};
    reply
      .getDetaileddiffMap()
      .forEach(
        (diff: any, path: string) => (detailed[path] = { kind: diff.getKind(), inputDiff: diff.getInputdiff() }),
      );
    return {
      changes: (["unknown", "none", "some"] as const)[reply.getChanges() as number] ?? "unknown",
      replaces: reply.getReplacesList(),
      deleteBeforeReplace: reply.getDeletebeforereplace(),
      diffs: reply.getDiffsList(),
      ...(reply.getHasdetaileddiff() ? { detailed } : {}),
    };
  }

  /** In a preview without provider support the inputs stand for the outputs, as in the CLI. */
  async create(
    urn: string,
    inputs: Properties,
    preview: boolean,
    timeoutSeconds: number,
    signal?: AbortSignal,
  ): Promise<Done> {
    if (preview && !this.previews) return { id: "", outputs: inputs, initErrors: [] };
    const request = new messages.CreateRequest();
    identify(request, urn);
    request.setProperties(this.sent(inputs));
    request.setPreview(preview);
    request.setTimeout(timeoutSeconds);
    return this.partial(inputs, async () => {
      const reply = await this.call<any>("create", request, timeoutSeconds || undefined, signal);
      if (!preview && reply.getId() === "") throw new Error(`provider ${this.pkg} returned an empty id for ${urn}`);
      return { id: reply.getId(), outputs: this.received(reply.getProperties(), inputs), initErrors: [] };
    });
  }

  async update(
    urn: string,
    id: string,
    oldInputs: Properties,
    oldOutputs: Properties,
    news: Properties,
    ignoreChanges: readonly string[],
    preview: boolean,
    timeoutSeconds: number,
    signal?: AbortSignal,
  ): Promise<Done> {
    if (preview && !this.previews) return { id, outputs: news, initErrors: [] };
    const request = new messages.UpdateRequest();
    identify(request, urn);
    request.setId(id);
    request.setOldInputs(this.sent(oldInputs));
    request.setOlds(this.sent(oldOutputs));
    request.setNews(this.sent(news));
    request.setIgnorechangesList([...ignoreChanges]);
    request.setPreview(preview);
    request.setTimeout(timeoutSeconds);
    return this.partial(news, async () => {
      const reply = await this.call<any>("update", request, timeoutSeconds || undefined, signal);
      return { id, outputs: this.received(reply.getProperties(), news), initErrors: [] };
    });
  }

  async delete(
    urn: string,
    id: string,
    inputs: Properties,
    outputs: Properties,
    timeoutSeconds: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const request = new messages.DeleteRequest();
    identify(request, urn);
    request.setId(id);
    request.setOldInputs(this.sent(inputs));
    request.setProperties(this.sent(outputs));
    request.setTimeout(timeoutSeconds);
    await this.call("delete", request, timeoutSeconds || undefined, signal);
  }

  /** `undefined` when the resource does not exist (any more). */
  async read(
    urn: string,
    id: string,
    inputs: Properties,
    outputs: Properties,
    signal?: AbortSignal,
  ): Promise<Done | undefined> {
    const request = new messages.ReadRequest();
    identify(request, urn);
    request.setId(id);
    request.setInputs(this.sent(inputs));
    request.setProperties(this.sent(outputs));
    const done = await this.partial(inputs, async () => {
      const reply = await this.call<any>("read", request, undefined, signal);
      const read = reply.hasInputs() ? { inputs: this.received(reply.getInputs(), inputs) } : {};
      return {
        id: reply.getId() as string,
        outputs: this.received(reply.getProperties(), inputs),
        initErrors: [],
        ...read,
      };
    });
    return done.id === "" ? undefined : done;
  }

  async invoke(
    token: string,
    args: Properties,
    preview: boolean,
  ): Promise<{ result: Properties; failures: CheckFailure[] }> {
    const request = new messages.InvokeRequest();
    request.setTok(token);
    request.setArgs(this.sent(args));
    request.setPreview(preview);
    const reply = await this.call<any>("invoke", request);
    const failures = reply
      .getFailuresList()
      .map((failure: any) => ({ property: failure.getProperty(), reason: failure.getReason() }));
    const result = fromStruct(reply.getReturn());
    return {
      result:
        !this.acceptSecrets && containsSecret(args)
          ? secretsKept(result, Object.fromEntries(Object.keys(result).map((key) => [key, args as Json])))
          : result,
      failures,
    };
  }

  /** Raw request and reply: construct and call carry what only the monitor knows. */
  construct(request: any): Promise<any> {
    return this.call("construct", request);
  }
  callMethod(request: any): Promise<any> {
    return this.call("call", request);
  }

  /** Tells the provider to give up what it does; one that does not answer is not waited for. */
  async cancel(): Promise<void> {
    await this.call("cancel", empty(), CANCEL_SECONDS).catch(() => undefined);
  }
  close(): void {
    this.connection.close();
  }

  /** An initialisation error is a result: the resource exists, with reasons. */
  private async partial(inputs: Properties, attempt: () => Promise<Done>): Promise<Done> {
    try {
      return await attempt();
    } catch (error) {
      const detail = initFailure(error as grpc.ServiceError);
      if (detail === undefined) throw error;
      return {
        id: detail.getId(),
        outputs: this.received(detail.getProperties(), inputs),
        initErrors: detail.getReasonsList(),
        ...(detail.hasInputs() ? { inputs: this.received(detail.getInputs(), inputs) } : {}),
      };
    }
  }
}

function identify(request: any, urn: string): void {
  request.setUrn(urn);
  const parts = urn.split("::");
  const qualified = parts[2] ?? "";
  request.setName?.(parts.slice(3).join("::"));
  request.setType?.(qualified.slice(qualified.lastIndexOf("$") + 1));
}

/** `grpc-status-details-bin` holds a google.rpc.Status whose details may hold ErrorResourceInitFailed. */
function initFailure(error: grpc.ServiceError): any {
  const [packed] = error.metadata?.get("grpc-status-details-bin") ?? [];
  if (!(packed instanceof Buffer)) return undefined;
  const { Status } = require("@pulumi/pulumi/proto/status_pb") as any;
  for (const any of Status.deserializeBinary(packed).getDetailsList()) {
    if (any.getTypeUrl().endsWith("/pulumirpc.ErrorResourceInitFailed"))
      return ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
  }
  return undefined;
}
