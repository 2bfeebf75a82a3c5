/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published services are untyped */
import * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import type { Goal } from "../../../../../orchestrator/engine/builtin/deploy/goal";
import { emptyGoal } from "../../../../../orchestrator/engine/builtin/deploy/providers";
import { Transforms } from "../../../../../orchestrator/engine/builtin/deploy/transforms";
import type { Properties } from "../../../../../orchestrator/engine/builtin/model";
import { fromStruct, toStruct } from "../../../../../orchestrator/engine/builtin/struct";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { useServers } from "../../../../support/servers";
import { urnOf } from "../../../../support/states";

const { CallbacksService } = require("@pulumi/pulumi/proto/callback_grpc_pb") as any;
const { CallbackInvokeResponse } = require("@pulumi/pulumi/proto/callback_pb") as any;
const messages = require("@pulumi/pulumi/proto/resource_pb") as any;

type Change = (properties: Properties) => Properties;

describe("transforms of a program", () => {
  const serve = useServers();
  const open: Transforms[] = [];
  afterEach(() => open.splice(0).forEach((transforms) => transforms.close()));
  const fresh = () => {
    const transforms = new Transforms();
    open.push(transforms);
    return transforms;
  };
  /** A callback server that knows these tokens; another token fails the call. */
  function callbacks(reply: (token: string, request: Uint8Array) => any): Promise<string> {
    const invoke: grpc.handleUnaryCall<any, any> = (call, done) => {
      try {
        const response = new CallbackInvokeResponse();
        response.setResponse(reply(call.request.getToken(), call.request.getRequest_asU8()).serializeBinary());
        done(null, response);
      } catch (error) {
        done({ code: grpc.status.UNKNOWN, details: (error as Error).message });
      }
    };
    return serve(CallbacksService, { invoke });
  }
  const ofResources = (changes: Record<string, Change>) =>
    callbacks((token, bytes) => {
      const change = changes[token];
      if (change === undefined) throw new Error(`no transform ${token}`);
      const request = messages.TransformRequest.deserializeBinary(bytes);
      const reply = new messages.TransformResponse();
      reply.setProperties(toStruct(change(fromStruct(request.getProperties()))));
      reply.setOptions(request.getOptions());
      return reply;
    });
  const appending =
    (mark: string): Change =>
    (properties) => ({ ...properties, trail: `${String(properties["trail"] ?? "")}${mark}` });
  const goal = (name: string, rest: Partial<Goal> = {}) => ({ ...emptyGoal("x:y:Thing", name), ...rest });

  it("apply the resource's own first, then its parents' from the inside out, then the stack's", async () => {
    const target = await ofResources({
      own: appending("own "),
      inner: appending("inner "),
      outer: appending("outer "),
      stack: appending("stack"),
    });
    const transforms = fresh();
    transforms.addForStack({ target, token: "stack" });
    const outer = await transforms.apply(goal("outer", { transforms: [{ target, token: "outer" }] }));
    transforms.remember(urnOf("outer"), outer);
    const inner = await transforms.apply(
      goal("inner", { parent: urnOf("outer"), transforms: [{ target, token: "inner" }] }),
    );
    transforms.remember(urnOf("inner"), inner);
    const own = await transforms.apply(goal("a", { parent: urnOf("inner"), transforms: [{ target, token: "own" }] }));
    expect(own.properties["trail"]).to.equal("own inner outer stack");
  });

  it("reach children only, and leave a goal without any as it is", async () => {
    const target = await ofResources({ box: appending("box") });
    const transforms = fresh();
    transforms.remember(urnOf("box"), goal("box", { transforms: [{ target, token: "box" }] }));
    const aside = goal("aside", { parent: urnOf("other"), properties: { size: 1 } });
    expect(await transforms.apply(aside)).to.deep.equal(aside);
  });

  it("of a component stay the ones it was first given, when its provider registers it again", async () => {
    const target = await ofResources({ first: appending("first"), second: appending("second") });
    const transforms = fresh();
    const box = (...tokens: string[]) => goal("box", { transforms: tokens.map((token) => ({ target, token })) });
    for (const given of [box("first"), box(), box("second")]) transforms.remember(urnOf("box"), given);
    expect((await transforms.apply(goal("a", { parent: urnOf("box") }))).properties["trail"]).to.equal("first");
  });

  it("see secrets as secrets, and keep them so", async () => {
    let seen: Properties = {};
    const target = await ofResources({ look: (properties) => (seen = properties) });
    const properties = { password: secret("hush") };
    const applied = await fresh().apply(goal("a", { properties, transforms: [{ target, token: "look" }] }));
    expect(seen).to.deep.equal(properties);
    expect(applied.properties).to.deep.equal(properties);
  });

  it("that fail, or that nobody serves, fail the registration with their reason", async () => {
    const target = await ofResources({});
    const failing = (callback: { target: string; token: string }) =>
      fresh()
        .apply(goal("a", { transforms: [callback] }))
        .then(
          () => "applied",
          (error: Error) => error.message,
        );
    expect(await failing({ target, token: "broken" })).to.contain("no transform broken");
    expect(await failing({ target: "127.0.0.1:1", token: "x" })).to.contain("UNAVAILABLE");
  });

  it("of invokes change arguments, provider and version, and keep what they do not answer", async () => {
    const target = await callbacks((token, bytes) => {
      const request = messages.TransformInvokeRequest.deserializeBinary(bytes);
      const reply = new messages.TransformInvokeResponse();
      if (token === "args") reply.setArgs(toStruct({ ...fromStruct(request.getArgs()), of: request.getToken() }));
      if (token === "version") {
        const options = new messages.TransformInvokeOptions();
        options.setVersion("2.0.0");
        reply.setOptions(options);
      }
      return reply;
    });
    const transforms = fresh();
    ["args", "version", "nothing"].forEach((token) => transforms.addForInvokes({ target, token }));
    expect(await transforms.applyToInvoke("x:y:get", { id: "i" }, "p::1", "1.0.0")).to.deep.equal({
      args: { id: "i", of: "x:y:get" },
      provider: "p::1",
      version: "2.0.0",
    });
  });
});
