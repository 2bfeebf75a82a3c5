/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published stubs are untyped */
import * as grpc from "@grpc/grpc-js";
import type { Properties } from "../../orchestrator/engine/builtin/model";
import { toStruct } from "../../orchestrator/engine/builtin/struct";

const { ResourceMonitorClient } = require("@pulumi/pulumi/proto/resource_grpc_pb") as any;
const { EngineClient } = require("@pulumi/pulumi/proto/engine_grpc_pb") as any;
const messages = require("@pulumi/pulumi/proto/resource_pb") as any;

/** A program's side of the monitor: one call after the other, without the SDK around it. */
export class MonitorClient {
  private readonly monitor: any;
  private readonly engine: any;

  constructor(address: string) {
    this.monitor = new ResourceMonitorClient(address, grpc.credentials.createInsecure());
    this.engine = new EngineClient(address, grpc.credentials.createInsecure());
  }

  /** Any call of the monitor; rejects with the status it ends with. */
  ask(method: string, message: unknown): Promise<any> {
    return answer(this.monitor, method, message);
  }
  /** Any call of the engine service beside it. */
  tell(method: string, message: unknown): Promise<any> {
    return answer(this.engine, method, message);
  }
  register(type: string, name: string, rest: { parent?: string; inputs?: Properties; custom?: boolean } = {}) {
    const request = new messages.RegisterResourceRequest();
    request.setType(type);
    request.setName(name);
    request.setParent(rest.parent ?? "");
    request.setCustom(rest.custom ?? true);
    request.setObject(toStruct(rest.inputs ?? {}));
    return this.ask("registerResource", request);
  }
  close(): void {
    this.monitor.close();
    this.engine.close();
  }
}

function answer(client: any, method: string, message: unknown): Promise<any> {
  return new Promise((resolve, reject) =>
    client[method](message, (error: Error | null, reply: unknown) => (error ? reject(error) : resolve(reply))),
  );
}
