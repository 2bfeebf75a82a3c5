/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published services are untyped */
import type * as grpc from "@grpc/grpc-js";
import { empty, fromStruct } from "../../orchestrator/engine/builtin/struct";

const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb") as any;
const messages = require("@pulumi/pulumi/proto/provider_pb") as any;
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb") as any;

/** What a provider says of itself when it is greeted or configured. */
export interface Abilities {
  secrets: boolean;
  references: boolean;
}
export interface RawProvider {
  readonly handlers: Record<string, grpc.handleUnaryCall<any, any>>;
  /** Methods in the order they were asked. */
  readonly calls: string[];
  /** The connection each call came over. */
  readonly peers: string[];
  /** The last request of a method. */
  last(method: string): any;
}

/**
 * A provider message by message, for what a well-behaved one never does. It answers greetings and the methods the test
 * gives it; any other call is unimplemented, as it is by a provider that lacks it.
 */
export function rawProvider(
  answers: Record<string, (request: any, call: grpc.ServerUnaryCall<any, any>) => any>,
  abilities: Abilities = { secrets: true, references: true },
): RawProvider {
  const calls: string[] = [];
  const peers: string[] = [];
  const requests = new Map<string, any>();
  const greetings: typeof answers = {
    handshake: () => {
      const reply = new messages.ProviderHandshakeResponse();
      reply.setAcceptSecrets(abilities.secrets);
      reply.setAcceptResources(abilities.references);
      return reply;
    },
    attach: empty,
    cancel: empty,
    getPluginInfo: () => new PluginInfo(),
  };
  const handlers: RawProvider["handlers"] = {};
  for (const [method, answer] of Object.entries({ ...greetings, ...answers })) {
    handlers[method] = (call, done) => {
      calls.push(method);
      peers.push(call.getPeer());
      requests.set(method, call.request);
      Promise.resolve()
        .then(() => answer(call.request, call))
        .then(
          (reply) => done(null, reply),
          (error: grpc.ServiceError) => done(Object.assign({ code: 2, details: error.message }, error)),
        );
    };
  }
  return { handlers, calls, peers, last: (method) => requests.get(method) };
}
export const providerService = ResourceProviderService;

/** A property bag of a request, by its getter. */
export const sent = (request: any, getter: string) => fromStruct(request[getter]());
