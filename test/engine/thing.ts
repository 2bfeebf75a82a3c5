/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published stubs are untyped */
import * as grpc from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import type { Properties } from "../../orchestrator/engine/builtin/model";
import { fromStruct, toStruct } from "../../orchestrator/engine/builtin/struct";
import {
  PartlyDone,
  serveProvider,
  type ServedProvider,
  type StandIn,
} from "../../orchestrator/sandbox/provider/serve";

const { ResourceMonitorClient } = require("@pulumi/pulumi/proto/resource_grpc_pb") as any;
const resource = require("@pulumi/pulumi/proto/resource_pb") as any;
const { ConstructResponse } = require("@pulumi/pulumi/proto/provider_pb") as any;

/** What a test asks of a thing. */
export interface ThingArgs {
  value?: pulumi.Input<unknown>;
  /** A change of this demands another thing. */
  identity?: pulumi.Input<string>;
  /** The provider wants the old one gone first. */
  deleteFirst?: pulumi.Input<boolean>;
  /** Refused by Check. */
  invalid?: pulumi.Input<string>;
}

/** Inputs that make a thing fail, by its name, set by the test from outside the program. */
export class ThingProvider {
  readonly calls: string[] = [];
  readonly world = new Map<string, Properties>();
  readonly failing = new Map<string, "create" | "update" | "delete" | "partly">();
  readonly hanging = new Set<string>();
  running = 0;
  mostRunning = 0;
  private served: ServedProvider | undefined;
  private count = 0;

  async start(): Promise<void> {
    this.served = await serveProvider("9.9.9", this.standIn());
  }
  async stop(): Promise<void> {
    await this.served?.close();
  }
  get attachment(): string {
    return `test:${this.served?.port}`;
  }

  private standIn(): StandIn {
    return {
      diffConfig: (olds, news) => ({ changes: JSON.stringify(olds) !== JSON.stringify(news) }),
      check: (_call, _olds, news) =>
        Promise.resolve({
          inputs: news,
          failures: news["invalid"] === undefined ? [] : [{ property: "invalid", reason: String(news["invalid"]) }],
        }),
      diff: (_call, old, news) => {
        const diffs = [...new Set([...Object.keys(old.inputs), ...Object.keys(news)])].filter(
          (key) => JSON.stringify(old.inputs[key]) !== JSON.stringify(news[key]),
        );
        return Promise.resolve({
          changes: diffs.length > 0,
          diffs,
          replaces: diffs.filter((key) => key === "identity"),
          deleteBeforeReplace: news["deleteFirst"] === true,
        });
      },
      create: async ({ name }, inputs, preview) => {
        if (preview) return { id: "", outputs: { ...inputs, size: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } };
        this.calls.push(`create ${name}`);
        await this.work(name, "create");
        const id = `thing-${this.count++}`;
        this.world.set(id, inputs);
        const outputs = { ...inputs, size: 3, password: "hunter2" };
        if (this.failing.get(name) === "partly") throw new PartlyDone(id, outputs, ["it does not answer"]);
        return { id, outputs };
      },
      update: async ({ name }, old, news, preview) => {
        if (preview) return news;
        this.calls.push(`update ${name}`);
        await this.work(name, "update");
        this.world.set(old.id, news);
        return { ...news, size: 3, password: "hunter2" };
      },
      delete: async ({ name }, id) => {
        this.calls.push(`delete ${name}`);
        await this.work(name, "delete");
        this.world.delete(id);
      },
      read: (_call, id) => {
        const inputs = this.world.get(id);
        return Promise.resolve(inputs && { id, inputs, outputs: { ...inputs, size: 3, password: "hunter2" } });
      },
      invoke: (token, args) => {
        if (token !== "test:index:double") throw new Error(`no function ${token}`);
        return Promise.resolve({ result: Number(args["n"]) * 2 });
      },
      construct: (request) => constructGroup(request),
      secretOutputs: () => [],
    };
  }

  private async work(name: string, what: "create" | "update" | "delete"): Promise<void> {
    this.running++;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    if (this.hanging.has(name)) await new Promise(() => undefined);
    // A few turns of the loop, so that what may run together does.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    this.running--;
    if (this.failing.get(name) === what) throw new Error(`${what} of ${name} refused`);
  }
}

/** The remote component `test:index:Group`: one thing under it, its value handed through. */
async function constructGroup(request: any): Promise<any> {
  const monitor = new ResourceMonitorClient(request.getMonitorendpoint(), grpc.credentials.createInsecure());
  const ask = (method: string, message: unknown) =>
    new Promise<any>((resolve, reject) =>
      monitor[method](message, (error: Error | null, reply: unknown) => (error ? reject(error) : resolve(reply))),
    );
  const register = async (type: string, name: string, parent: string, custom: boolean, inputs: Properties) => {
    const message = new resource.RegisterResourceRequest();
    message.setType(type);
    message.setName(name);
    message.setParent(parent);
    message.setCustom(custom);
    message.setObject(toStruct(inputs));
    message.setAcceptsecrets(true);
    return ask("registerResource", message);
  };
  try {
    const inputs = fromStruct(request.getInputs());
    const group = await register("test:index:Group", request.getName(), request.getParent(), false, {});
    const child = await register("test:index:Thing", `${request.getName()}-child`, group.getUrn(), true, {
      value: inputs["value"] ?? null,
    });
    const outputs = { childSize: fromStruct(child.getObject())["size"] ?? null };
    const registration = new resource.RegisterResourceOutputsRequest();
    registration.setUrn(group.getUrn());
    registration.setOutputs(toStruct(outputs));
    await ask("registerResourceOutputs", registration);
    const response = new ConstructResponse();
    response.setUrn(group.getUrn());
    response.setState(toStruct(outputs));
    return response;
  } finally {
    monitor.close();
  }
}

export class Thing extends pulumi.CustomResource {
  declare readonly value: pulumi.Output<unknown>;
  declare readonly size: pulumi.Output<number>;
  declare readonly password: pulumi.Output<string>;
  constructor(name: string, args: ThingArgs = {}, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { ...args, size: undefined, password: undefined }, opts);
  }
  static find(name: string, id: pulumi.Input<string>): Thing {
    return new Thing(name, {}, { id });
  }
}
/** A component of the program itself. */
export class Box extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Box", name, {}, opts);
    this.registerOutputs({ name });
  }
}
/** The remote one. */
export class Group extends pulumi.ComponentResource {
  declare readonly childSize: pulumi.Output<number>;
  constructor(name: string, args: { value: pulumi.Input<unknown> }, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Group", name, { ...args, childSize: undefined }, opts, true);
  }
}
export class TestPackage extends pulumi.ProviderResource {
  constructor(name: string, args: pulumi.Inputs = {}, opts?: pulumi.ResourceOptions) {
    super("test", name, args, opts);
  }
}
