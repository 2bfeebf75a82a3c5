/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published stubs are untyped */
import { AsyncLocalStorage } from "node:async_hooks";
import * as grpc from "@grpc/grpc-js";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { EngineEventPayload } from "../model";
import { channelOptions } from "../provider/connection";

const { EventsClient } = require("@pulumi/pulumi/proto/events_grpc_pb") as any;
const { EventRequest } = require("@pulumi/pulumi/proto/events_pb") as any;

/** Who in this process listens to the operation that is being started. */
const listeners = new AsyncLocalStorage<(event: EngineEvent) => void>();

/** Events of what `action` runs go straight to the listener: over the Automation API's wire they are half of a rollout. */
export function listening<T>(listener: (event: EngineEvent) => void, action: () => Promise<T>): Promise<T> {
  return listeners.run(listener, action);
}

/** Streams engine events to the Automation API's server, numbered and stamped (pulumi.md 8.3). */
export class EventLog {
  private sequence = 0;
  private readonly listener = listeners.getStore();
  private stream: any;
  private client: any;
  private readonly ended: Promise<void>;

  constructor(
    address: string | undefined,
    private readonly now: () => Date,
  ) {
    if (address === undefined) {
      this.ended = Promise.resolve();
      return;
    }
    this.client = new EventsClient(address.replace(/^tcp:\/\//, ""), grpc.credentials.createInsecure(), channelOptions);
    this.ended = new Promise((resolve) => (this.stream = this.client.streamEvents(() => resolve())));
    // The answer above reports the end, with or without an error; without a listener Node would throw the same error.
    this.stream.on("error", () => undefined);
  }

  send(payload: EngineEventPayload): void {
    if (this.stream === undefined && this.listener === undefined) return;
    const event = { sequence: this.sequence++, timestamp: Math.floor(this.now().getTime() / 1000), ...payload };
    this.listener?.(event as unknown as EngineEvent);
    // The Automation API itself asks a preview for its summary, and for nothing else.
    if (this.stream === undefined || (this.listener !== undefined && !("summaryEvent" in payload))) return;
    const request = new EventRequest();
    request.setEvent(JSON.stringify(event));
    this.stream.write(request);
  }

  /** The listener's server goes away right after the command: everything has to have arrived. */
  async close(): Promise<void> {
    this.stream?.end();
    await this.ended;
    this.client?.close();
  }
}
