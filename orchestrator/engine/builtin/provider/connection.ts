/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published stubs are untyped */
import * as grpc from "@grpc/grpc-js";
import { SlipwayError } from "../../../errors";
import { nearbyClient } from "../nearby";

const { ResourceProviderClient } = require("@pulumi/pulumi/proto/provider_grpc_pb") as any;

/** As the CLI: large states travel in one message (pulumi.md 8.2). */
export const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;
export const channelOptions = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
};

/** An attached provider that is not there after this long is not coming (pulumi.md 6.4). */
const READY_SECONDS = 10;

/** The provider process went away in the middle of a call. */
export class ProviderGone extends SlipwayError {
  constructor(pkg: string, method: string, cause: Error) {
    super(
      "provider-gone",
      `the ${pkg} provider ended during ${method}: ${cause.message}`,
      "find out why the provider process died, then run again; the step is recorded as pending",
      "engine",
      { cause },
    );
  }
}

/** One connection to one provider process; errors are told by what they mean for the step. */
export class Connection {
  private constructor(
    readonly pkg: string,
    private readonly client: any,
  ) {}

  /** @throws SlipwayError `provider-unreachable` when nobody answers in time. */
  static async open(pkg: string, address: string): Promise<Connection> {
    // A pool of its own: instances are told apart by their connection (pulumi.md 6.4).
    const options = { ...channelOptions, "grpc.use_local_subchannel_pool": 1 };
    const client =
      nearbyClient(address) ?? new ResourceProviderClient(address, grpc.credentials.createInsecure(), options);
    await new Promise<void>((resolve, reject) =>
      client.waitForReady(Date.now() + READY_SECONDS * 1000, (error?: Error) =>
        error ? reject(unreachable(pkg, address, error)) : resolve(),
      ),
    );
    return new Connection(pkg, client);
  }

  call<T>(method: string, request: unknown, timeoutSeconds?: number, signal?: AbortSignal): Promise<T> {
    const options = timeoutSeconds === undefined ? {} : { deadline: Date.now() + timeoutSeconds * 1000 };
    return new Promise<T>((resolve, reject) => {
      const running = this.client[method](
        request,
        new grpc.Metadata(),
        options,
        (error: grpc.ServiceError | null, reply: T) => {
          signal?.removeEventListener("abort", give);
          if (error === null) return resolve(reply);
          if (error.code === grpc.status.UNAVAILABLE || (error.code === grpc.status.CANCELLED && !signal?.aborted))
            return reject(new ProviderGone(this.pkg, method, error));
          if (error.code === grpc.status.DEADLINE_EXCEEDED) {
            return reject(
              new SlipwayError(
                "provider-timeout",
                `the ${this.pkg} provider did not finish ${method} within ${timeoutSeconds} s`,
                "raise the resource's customTimeouts, or find out what the provider waits for",
                "engine",
              ),
            );
          }
          reject(error);
        },
      );
      const give = () => running.cancel();
      signal?.addEventListener("abort", give, { once: true });
    });
  }
  close(): void {
    this.client.close();
  }
}

function unreachable(pkg: string, address: string, cause: Error): SlipwayError {
  return new SlipwayError(
    "provider-unreachable",
    `no ${pkg} provider answers at ${address}`,
    `start it, or correct its entry in PULUMI_DEBUG_PROVIDERS`,
    "engine",
    { cause },
  );
}
