/* eslint-disable @typescript-eslint/no-explicit-any -- protocol edge: the published stubs are untyped */
import { AsyncLocalStorage } from "node:async_hooks";
import * as grpc from "@grpc/grpc-js";

/** Answers of a server by method, as a gRPC server takes them. */
export type Handlers = Readonly<Record<string, grpc.handleUnaryCall<any, any>>>;

/** Providers and monitors that this very process serves, by address: a call to one needs no wire. */
const served = new Map<string, Nearby>();

/** One server, for as long as it answers. */
class Nearby {
  /** Calls that have not been answered. */
  readonly open = new Set<(error: grpc.ServiceError) => void>();
  /** As over a wire: what a handler opens belongs to the server and keeps nothing of its caller in memory. */
  readonly atHome = AsyncLocalStorage.snapshot();
  constructor(readonly handlers: Handlers) {}
}

/** Makes a server reachable without its wire. Returns how to take that back, as when its server goes down. */
export function announce(port: number, handlers: Handlers): () => void {
  const address = `127.0.0.1:${port}`;
  const nearby = new Nearby(handlers);
  served.set(address, nearby);
  return () => {
    if (served.get(address) !== nearby) return;
    served.delete(address);
    for (const fail of [...nearby.open])
      fail(problem({ code: grpc.status.UNAVAILABLE, details: "Connection dropped" }));
  };
}

let connections = 0;

/** A client of a server in this process, with the calls a generated one has; undefined when it is elsewhere. */
export function nearbyClient(address: string): any {
  const nearby = served.get(address);
  if (nearby === undefined) return undefined;
  // Instances of a provider are told apart by their connection (pulumi.md 6.4).
  const peer = `nearby:${++connections}`;
  const present = () => served.get(address) === nearby;
  const methods = Object.entries(nearby.handlers).map(([method, handler]) => [
    method,
    (request: unknown, ...rest: Rest) => {
      const { deadline } = rest.length === 3 ? rest[1] : {};
      return call({ nearby, present, peer, handler, request, deadline, done: rest[rest.length - 1] as Done });
    },
  ]);
  return {
    ...Object.fromEntries(methods),
    waitForReady: (_deadline: number, done: (error?: Error) => void) => setImmediate(done),
    close: () => undefined,
  };
}

/** A generated call takes metadata and options, or only who is to be told. */
type Rest = [Done] | [metadata: grpc.Metadata, options: { deadline?: number }, Done];
type Done = (error: grpc.ServiceError | null, reply?: unknown) => void;
interface Call {
  readonly nearby: Nearby;
  present(): boolean;
  readonly peer: string;
  readonly handler: grpc.handleUnaryCall<any, any>;
  readonly request: unknown;
  readonly deadline: number | undefined;
  readonly done: Done;
}

/** One call with the endings a wire gives it: answered, refused, given up, out of time, or its server gone. */
function call({ nearby, present, peer, handler, request, deadline, done }: Call): { cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const atCaller = AsyncLocalStorage.snapshot();
  const end: Done = (error, reply) => {
    if (!nearby.open.delete(end)) return;
    clearTimeout(timer);
    atCaller(done, error, reply);
  };
  nearby.open.add(end);
  if (deadline !== undefined)
    timer = setTimeout(
      () => end(problem({ code: grpc.status.DEADLINE_EXCEEDED, details: "Deadline exceeded" })),
      Math.max(0, deadline - Date.now()),
    );
  nearby.atHome(setImmediate, () => {
    if (!present()) return end(problem({ code: grpc.status.UNAVAILABLE, details: "No connection established" }));
    handler({ request, getPeer: () => peer } as never, (error, reply) =>
      error ? end(problem(error as Partial<grpc.StatusObject>)) : end(null, reply),
    );
  });
  return { cancel: () => end(problem({ code: grpc.status.CANCELLED, details: "Cancelled on client" })) };
}

/** A status as a gRPC client hands it out. */
function problem(status: Partial<grpc.StatusObject>): grpc.ServiceError {
  const { code = grpc.status.UNKNOWN, details = "", metadata = new grpc.Metadata() } = status;
  return Object.assign(new Error(`${code} ${grpc.status[code]}: ${details}`), { code, details, metadata });
}
