/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published services are untyped */
import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { nearbyClient } from "../nearby";

/**
 * A program that speaks to a monitor in this process without the wire: of a registration two thirds are writing, sending
 * and reading messages. What the SDK did before the program began has gone over it. Where the monitor is elsewhere, the
 * program runs as it is.
 */
export function nearbyProgram<Given extends unknown[]>(
  program: (...given: Given) => Promise<any>,
): (...given: Given) => Promise<any> {
  return async (...given) => {
    const { getStore } = require("@pulumi/pulumi/runtime/state") as any;
    const { settings } = getStore();
    const { monitorAddr, engineAddr } = settings.options;
    const { ResourceMonitorService } = require("@pulumi/pulumi/proto/resource_grpc_pb") as any;
    const { EngineService } = require("@pulumi/pulumi/proto/engine_grpc_pb") as any;
    // The SDK closes no connection of an inline program; an open one keeps all that the program declared in memory.
    const wires = [settings.monitor, settings.engine];
    settings.monitor = client(monitorAddr, ResourceMonitorService) ?? settings.monitor;
    settings.engine = client(engineAddr, EngineService) ?? settings.engine;
    try {
      return await program(...given);
    } finally {
      for (const wire of wires) if (wire !== settings.monitor && wire !== settings.engine) wire?.close();
    }
  };
}

/** With every call of the service; what the server does not offer is refused as a gRPC server refuses it. */
function client(address: string | undefined, service: object): any {
  const near = address === undefined ? undefined : nearbyClient(address);
  if (near === undefined) return undefined;
  const refused = Object.keys(service).map((method) => [
    method,
    (...given: unknown[]) => {
      const done = given.at(-1) as (error: ServiceError) => void;
      const details = `The server does not implement the method ${method}`;
      setImmediate(
        done,
        Object.assign(new Error(details), { code: status.UNIMPLEMENTED, details, metadata: new Metadata() }),
      );
    },
  ]);
  return { ...Object.fromEntries(refused), ...near };
}
