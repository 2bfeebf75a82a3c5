/* eslint-disable @typescript-eslint/no-explicit-any -- protocol edge: the published services are untyped */
import * as grpc from "@grpc/grpc-js";

/** Serves protocol services on loopback ports for each test of the surrounding suite; closed after it. */
export function useServers(): ((service: any, handlers: Record<string, any>) => Promise<string>) & { end(): void } {
  const servers: grpc.Server[] = [];
  /** Ends all of them at once, as processes that die. */
  const end = () => servers.splice(0).forEach((server) => server.forceShutdown());
  afterEach(end);
  const serve = async (service: any, handlers: Record<string, any>) => {
    const server = new grpc.Server();
    servers.push(server);
    server.addService(service, handlers);
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    return `127.0.0.1:${port}`;
  };
  return Object.assign(serve, { end });
}
