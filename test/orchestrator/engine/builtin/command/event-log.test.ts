/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published services are untyped */
import * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import { EventLog, listening } from "../../../../../orchestrator/engine/builtin/command/event-log";
import { useServers } from "../../../../support/servers";

const { EventsService } = require("@pulumi/pulumi/proto/events_grpc_pb") as any;
const { Empty } = require("google-protobuf/google/protobuf/empty_pb") as any;

describe("the event log", () => {
  const serve = useServers();
  const now = () => new Date(61_999);

  /** A listener like the Automation API's, which answers when the stream has ended. */
  async function listener(): Promise<{ address: string; heard: unknown[] }> {
    const heard: unknown[] = [];
    const streamEvents: grpc.handleClientStreamingCall<any, any> = (call, done) => {
      call.on("data", (request: any) => heard.push(JSON.parse(request.getEvent())));
      call.on("end", () => done(null, new Empty()));
    };
    return { address: await serve(EventsService, { streamEvents }), heard };
  }

  it("numbers events from zero and stamps them with whole seconds", async () => {
    const { address, heard } = await listener();
    const log = new EventLog(address, now);
    log.send({ preludeEvent: { config: {} } });
    log.send({ cancelEvent: {} });
    await log.close();
    expect(heard).to.deep.equal([
      { sequence: 0, timestamp: 61, preludeEvent: { config: {} } },
      { sequence: 1, timestamp: 61, cancelEvent: {} },
    ]);
  });

  it("closes only when everything has arrived, in order", async () => {
    const { address, heard } = await listener();
    const log = new EventLog(`tcp://${address}`, now);
    const text = "x".repeat(10_000);
    for (let i = 0; i < 500; i++) log.send({ diagnosticEvent: { text } });
    await log.close();
    expect(heard.map((event) => (event as { sequence: number }).sequence)).to.deep.equal(
      Array.from({ length: 500 }, (_, i) => i),
    );
  });

  it("gives a listener in this process everything, and the Automation API's only the summary it asks for", async () => {
    const { address, heard } = await listener();
    const near: unknown[] = [];
    await listening(
      (event) => near.push(event),
      async () => {
        const log = new EventLog(address, now);
        log.send({ preludeEvent: { config: {} } });
        log.send({ summaryEvent: { resourceChanges: { create: 1 } } });
        await log.close();
      },
    );
    const summary = { sequence: 1, timestamp: 61, summaryEvent: { resourceChanges: { create: 1 } } };
    expect(near).to.deep.equal([{ sequence: 0, timestamp: 61, preludeEvent: { config: {} } }, summary]);
    expect(heard).to.deep.equal([summary]);
  });

  it("says nothing to nobody", async () => {
    const log = new EventLog(undefined, () => {
      throw new Error("nobody asked for the time");
    });
    log.send({ cancelEvent: {} });
    await log.close();
  });

  it("does not take a run down when its listener goes away", async () => {
    const address = await serve(EventsService, {
      streamEvents: (call: any, done: grpc.sendUnaryData<any>) => {
        call.on("data", () => undefined);
        done({ code: grpc.status.INTERNAL, details: "the listener broke" });
      },
    });
    const log = new EventLog(address, now);
    log.send({ cancelEvent: {} });
    await log.close();
    const nowhere = new EventLog("127.0.0.1:1", now);
    nowhere.send({ cancelEvent: {} });
    await nowhere.close();
  });
});
