/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published services are untyped */
import * as grpc from "@grpc/grpc-js";
import { SECRET, SIGNATURE, type Json, type Properties } from "../../engine/builtin/model";
import { announce } from "../../engine/builtin/nearby";
import { empty, fromStruct, toStruct } from "../../engine/builtin/struct";
import { containsSecret, isSecret, revealed, secret } from "../../engine/builtin/values";
import type { Faults, FaultOperation } from "../faults";

const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb") as any;
const messages = require("@pulumi/pulumi/proto/provider_pb") as any;
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb") as any;
const status = require("@pulumi/pulumi/proto/status_pb") as any;
const { Any } = require("google-protobuf/google/protobuf/any_pb") as any;

export type { Json, Properties };

/** A resource as a stand-in sees it: values in clear, unknowns as the sentinel string. */
export interface ResourceCall {
  readonly urn: string;
  /** `aws:ec2/vpc:Vpc` */
  readonly type: string;
  readonly name: string;
  /** The connection: stand-ins that are configured more than once tell them apart by it. */
  readonly peer: string;
}
export interface DiffResult {
  readonly changes: boolean;
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
  readonly diffs?: readonly string[];
}
/** The resource is there, but not as it should be. */
export class PartlyDone extends Error {
  constructor(
    readonly id: string,
    readonly outputs: Properties,
    readonly reasons: readonly string[],
  ) {
    super(reasons.join("; "));
  }
}

/** What a stand-in does; whatever it leaves out answers as an unimplemented call of the protocol. */
export interface StandIn {
  configure?(inputs: Properties, call: { peer: string; urn: string }): Promise<void>;
  diffConfig?(olds: Properties, news: Properties): DiffResult;
  check?(
    call: ResourceCall,
    olds: Properties | undefined,
    news: Properties,
  ): Promise<{ inputs: Properties; failures?: readonly { property: string; reason: string }[] }>;
  diff?(
    call: ResourceCall,
    old: { id: string; inputs: Properties; outputs: Properties },
    news: Properties,
  ): Promise<DiffResult>;
  create(call: ResourceCall, inputs: Properties, preview: boolean): Promise<{ id: string; outputs: Properties }>;
  update?(
    call: ResourceCall,
    old: { id: string; inputs: Properties; outputs: Properties },
    news: Properties,
    preview: boolean,
  ): Promise<Properties>;
  delete(call: ResourceCall, id: string, outputs: Properties): Promise<void>;
  read?(
    call: ResourceCall,
    id: string,
    inputs: Properties,
    outputs: Properties,
  ): Promise<{ id: string; inputs: Properties; outputs: Properties } | undefined>;
  invoke?(token: string, args: Properties, peer: string): Promise<Properties>;
  /** Raw: constructing a remote component needs the whole request. */
  construct?(request: any): Promise<any>;
  /** Output properties that are secret whatever went in. */
  secretOutputs?(type: string): readonly string[];
}

export interface ServedProvider {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves a stand-in on a loopback port, where either engine can attach it (PULUMI_DEBUG_PROVIDERS). */
export async function serveProvider(version: string, standIn: StandIn, faults?: Faults): Promise<ServedProvider> {
  const server = new grpc.Server(channelOptions);
  let withdraw = (): void => undefined;
  const down = () => {
    withdraw();
    server.forceShutdown();
  };
  const answer =
    (
      operation: FaultOperation | undefined,
      work: (request: any, peer: string) => Promise<any>,
    ): grpc.handleUnaryCall<any, any> =>
    (call, done) => {
      const type =
        operation === "invoke"
          ? call.request.getTok()
          : operation === "construct"
            ? call.request.getType()
            : operation === undefined
              ? ""
              : typeOf(call.request.getUrn());
      const preview = (operation === "create" || operation === "update") && call.request.getPreview();
      const fault = operation === undefined || preview ? undefined : faults?.next(type, operation);
      if (fault?.kind === "hang") return;
      if (fault?.kind === "crash") {
        down();
        return;
      }
      if (fault?.kind === "fail") return done(fault.error);
      work(call.request, call.getPeer()).then(
        (reply) => done(null, reply),
        (error: unknown) => done(problem(error)),
      );
    };
  const unary = handlers(standIn, version, answer);
  server.addService(ResourceProviderService, unary);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  withdraw = announce(port, unary);
  return {
    port,
    close: () => {
      down();
      return Promise.resolve();
    },
  };
}

const channelOptions = { "grpc.max_receive_message_length": 400 * 1024 * 1024 };

type Answer = (
  operation: FaultOperation | undefined,
  work: (request: any, peer: string) => Promise<any>,
) => grpc.handleUnaryCall<any, any>;

function handlers(standIn: StandIn, version: string, answer: Answer): Record<string, grpc.handleUnaryCall<any, any>> {
  const reply = (make: () => any) => answer(undefined, () => Promise.resolve(make()));
  return {
    handshake: reply(() => {
      const message = new messages.ProviderHandshakeResponse();
      message.setAcceptSecrets(true);
      message.setAcceptResources(false);
      message.setAcceptOutputs(true);
      return message;
    }),
    attach: reply(empty),
    cancel: reply(empty),
    getPluginInfo: reply(() => {
      const info = new PluginInfo();
      info.setVersion(version);
      return info;
    }),
    checkConfig: reply2(answer, (request) => {
      const message = new messages.CheckResponse();
      message.setInputs(request.getNews());
      return message;
    }),
    diffConfig: answer(undefined, (request) =>
      Promise.resolve(
        writeDiff(standIn.diffConfig?.(read(request.getOldInputs()), read(request.getNews())) ?? { changes: true }),
      ),
    ),
    configure: answer(undefined, async (request, peer) => {
      await standIn.configure?.(read(request.getArgs()), { peer, urn: request.getUrn() });
      const message = new messages.ConfigureResponse();
      message.setAcceptsecrets(true);
      message.setSupportspreview(true);
      return message;
    }),
    check: answer(undefined, async (request, peer) => {
      const news = fromStruct(request.getNews());
      const olds = request.hasOlds() ? read(request.getOlds()) : undefined;
      const { inputs, failures = [] } = (await standIn.check?.(callOf(request, peer), olds, revealed(news))) ?? {
        inputs: revealed(news),
      };
      const message = new messages.CheckResponse();
      message.setInputs(toStruct(remark(inputs, news)));
      message.setFailuresList(failures.map(writeFailure));
      return message;
    }),
    diff: answer(undefined, async (request, peer) => {
      const old = { id: request.getId(), inputs: read(request.getOldInputs()), outputs: read(request.getOlds()) };
      const news = read(request.getNews());
      return writeDiff(
        (await standIn.diff?.(callOf(request, peer), old, news)) ?? {
          changes: JSON.stringify(old.inputs) !== JSON.stringify(news),
        },
      );
    }),
    create: answer("create", async (request, peer) => {
      const inputs = fromStruct(request.getProperties());
      const call = callOf(request, peer);
      const made = await standIn.create(call, revealed(inputs), request.getPreview()).catch((error: unknown) => {
        throw error instanceof PartlyDone ? partly(error, inputs) : error;
      });
      const message = new messages.CreateResponse();
      message.setId(made.id);
      message.setProperties(toStruct(guarded(standIn, call, remark(made.outputs, inputs))));
      return message;
    }),
    update: answer("update", async (request, peer) => {
      const call = callOf(request, peer);
      const news = fromStruct(request.getNews());
      const old = { id: request.getId(), inputs: read(request.getOldInputs()), outputs: read(request.getOlds()) };
      if (standIn.update === undefined) throw new Error(`${call.type} cannot be updated`);
      const outputs = await standIn.update(call, old, revealed(news), request.getPreview()).catch((error: unknown) => {
        throw error instanceof PartlyDone ? partly(error, news) : error;
      });
      const message = new messages.UpdateResponse();
      message.setProperties(toStruct(guarded(standIn, call, remark(outputs, news))));
      return message;
    }),
    delete: answer("delete", async (request, peer) => {
      await standIn.delete(callOf(request, peer), request.getId(), read(request.getProperties()));
      return empty();
    }),
    read: answer("read", async (request, peer) => {
      const call = callOf(request, peer);
      const inputs = fromStruct(request.getInputs());
      const known = fromStruct(request.getProperties());
      const found = standIn.read
        ? await standIn.read(call, request.getId(), revealed(inputs), revealed(known))
        : { id: request.getId(), inputs: revealed(inputs), outputs: revealed(known) };
      const message = new messages.ReadResponse();
      if (found === undefined) return message;
      message.setId(found.id);
      message.setInputs(toStruct(remark(found.inputs, inputs)));
      message.setProperties(toStruct(guarded(standIn, call, remark(found.outputs, { ...inputs, ...known }))));
      return message;
    }),
    invoke: answer("invoke", async (request, peer) => {
      if (standIn.invoke === undefined) throw new Error(`no function ${request.getTok()}`);
      const message = new messages.InvokeResponse();
      message.setReturn(toStruct(await standIn.invoke(request.getTok(), read(request.getArgs()), peer)));
      return message;
    }),
    construct: answer("construct", (request) => {
      if (standIn.construct === undefined) return Promise.reject(new Error(`no component ${request.getType()}`));
      return standIn.construct(request);
    }),
  };
}

function reply2(answer: Answer, make: (request: any) => any): grpc.handleUnaryCall<any, any> {
  return answer(undefined, (request) => Promise.resolve(make(request)));
}
function read(struct: any): Properties {
  return revealed(fromStruct(struct));
}
function callOf(request: any, peer: string): ResourceCall {
  const urn: string = request.getUrn();
  return { urn, type: typeOf(urn), name: urn.split("::").slice(3).join("::"), peer };
}
function typeOf(urn: string): string {
  const qualified = urn.split("::")[2] ?? "";
  return qualified.slice(qualified.lastIndexOf("$") + 1);
}

/** What came in secret goes out secret: at the same places where the value is the same, else the whole property. */
function remark(outputs: Properties, inputs: Properties): Properties {
  const result: Properties = { ...outputs };
  for (const [key, value] of Object.entries(inputs)) {
    const out = result[key];
    if (out === undefined || !containsSecret(value)) continue;
    result[key] = JSON.stringify(out) === JSON.stringify(revealed(value)) ? value : secret(out);
  }
  return result;
}
function guarded(standIn: StandIn, call: ResourceCall, outputs: Properties): Properties {
  const names = standIn.secretOutputs?.(call.type) ?? [];
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [
      key,
      names.includes(key) && !isSecret(value) ? { [SIGNATURE]: SECRET, value } : value,
    ]),
  );
}

function writeFailure({ property, reason }: { property: string; reason: string }): any {
  const failure = new messages.CheckFailure();
  failure.setProperty(property);
  failure.setReason(reason);
  return failure;
}
function writeDiff({ changes, replaces = [], deleteBeforeReplace = false, diffs = [] }: DiffResult): any {
  const message = new messages.DiffResponse();
  message.setChanges(changes ? 2 : 1);
  message.setReplacesList([...replaces]);
  message.setDeletebeforereplace(deleteBeforeReplace);
  message.setDiffsList([...diffs]);
  return message;
}

/** A partial failure as the protocol wraps it: ErrorResourceInitFailed in the status details. */
function partly(error: PartlyDone, inputs: Properties): Partial<grpc.StatusObject> {
  const detail = new messages.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(toStruct(remark(error.outputs, inputs)));
  detail.setReasonsList([...error.reasons]);
  detail.setInputs(toStruct(inputs));
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const rich = new status.Status();
  rich.setCode(grpc.status.UNKNOWN);
  rich.setMessage(error.message);
  rich.setDetailsList([packed]);
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(rich.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}
function problem(error: unknown): Partial<grpc.StatusObject> {
  if (typeof error === "object" && error !== null && "details" in error) return error as Partial<grpc.StatusObject>;
  return { code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) };
}
