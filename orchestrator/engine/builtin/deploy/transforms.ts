/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published messages are untyped */
import * as grpc from "@grpc/grpc-js";
import type { Properties } from "../model";
import { channelOptions } from "../provider/connection";
import { fromStruct, toStruct } from "../struct";
import type { Callback, Goal } from "./goal";
import { readTransformed, writeTransformRequest } from "./requests";

const { CallbacksClient } = require("@pulumi/pulumi/proto/callback_grpc_pb") as any;
const { CallbackInvokeRequest } = require("@pulumi/pulumi/proto/callback_pb") as any;
const messages = require("@pulumi/pulumi/proto/resource_pb") as any;

/** Transforms of the program: functions that live in its process and may change what is registered or invoked. */
export class Transforms {
  private readonly clients = new Map<string, any>();
  private readonly ofStack: Callback[] = [];
  private readonly ofInvokes: Callback[] = [];
  /** URN → its own transforms, which its children inherit. */
  private readonly inherited = new Map<string, Callback[]>();

  addForStack(callback: Callback): void {
    this.ofStack.push(callback);
  }
  addForInvokes(callback: Callback): void {
    this.ofInvokes.push(callback);
  }

  /** The resource's own first, then those of its parents from the inside out, then the stack's. */
  async apply(goal: Goal): Promise<Goal> {
    const chain = [...goal.transforms, ...(goal.parent === undefined ? [] : (this.inherited.get(goal.parent) ?? []))];
    let result = goal;
    for (const callback of [...chain, ...this.ofStack]) {
      const reply = await this.call(callback, writeTransformRequest(result));
      result = readTransformed(result, messages.TransformResponse.deserializeBinary(reply));
    }
    return { ...result, transforms: chain };
  }
  /** First come stays: a remote component registers itself again, without the transforms the program gave it. */
  remember(urn: string, goal: Goal): void {
    if (goal.transforms.length > 0 && !this.inherited.has(urn)) this.inherited.set(urn, goal.transforms);
  }

  async applyToInvoke(
    token: string,
    args: Properties,
    provider: string,
    version: string,
  ): Promise<{ args: Properties; provider: string; version: string }> {
    let result = { args, provider, version };
    for (const callback of this.ofInvokes) {
      const request = new messages.TransformInvokeRequest();
      request.setToken(token);
      request.setArgs(toStruct(result.args));
      const options = new messages.TransformInvokeOptions();
      options.setProvider(result.provider);
      options.setVersion(result.version);
      request.setOptions(options);
      const reply = messages.TransformInvokeResponse.deserializeBinary(await this.call(callback, request));
      result = {
        args: reply.hasArgs() ? fromStruct(reply.getArgs()) : result.args,
        provider: reply.getOptions()?.getProvider() || result.provider,
        version: reply.getOptions()?.getVersion() || result.version,
      };
    }
    return result;
  }

  private call(callback: Callback, message: any): Promise<Uint8Array> {
    let client = this.clients.get(callback.target);
    if (client === undefined) {
      client = new CallbacksClient(callback.target, grpc.credentials.createInsecure(), channelOptions);
      this.clients.set(callback.target, client);
    }
    const request = new CallbackInvokeRequest();
    request.setToken(callback.token);
    request.setRequest(message.serializeBinary());
    return new Promise((resolve, reject) =>
      client.invoke(request, (error: Error | null, reply: any) =>
        error ? reject(error) : resolve(reply.getResponse_asU8()),
      ),
    );
  }

  close(): void {
    this.clients.forEach((client) => client.close());
  }
}
