import { AsyncLocalStorage } from "node:async_hooks";
import * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import { announce, nearbyClient, type Handlers } from "../../../../orchestrator/engine/builtin/nearby";

/** A client's generated call, as a promise, with the error's status name. */
function ask(client: Record<string, (...given: unknown[]) => { cancel(): void }>, method: string, deadline?: number) {
  let running: { cancel(): void } | undefined;
  const answer = new Promise<unknown>((resolve) => {
    running = client[method]?.(
      "request",
      new grpc.Metadata(),
      deadline === undefined ? {} : { deadline },
      (error: grpc.ServiceError | null, reply: unknown) =>
        resolve(error === null ? reply : `${grpc.status[error.code]}: ${error.details}`),
    );
  });
  return { answer, cancel: () => running?.cancel() };
}

describe("a provider in the same process", () => {
  const peers = new Set<string>();
  const handlers: Handlers = {
    echo: (call, done) => {
      peers.add(call.getPeer());
      done(null, `${String(call.request)}!`);
    },
    refuse: (_call, done) => done({ code: grpc.status.INVALID_ARGUMENT, details: "not that" }),
    hang: () => undefined,
  };
  let withdraw = (): void => undefined;
  beforeEach(() => (withdraw = announce(1, handlers)));
  afterEach(() => withdraw());

  it("is found by its address only while it is served", () => {
    expect(nearbyClient("127.0.0.1:1")).to.not.equal(undefined);
    expect(nearbyClient("127.0.0.1:2")).to.equal(undefined);
    withdraw();
    expect(nearbyClient("127.0.0.1:1")).to.equal(undefined);
  });
  it("answers and refuses as over a wire", async () => {
    const client = nearbyClient("127.0.0.1:1");
    expect(await ask(client, "echo").answer).to.equal("request!");
    expect(await ask(client, "refuse").answer).to.equal("INVALID_ARGUMENT: not that");
  });
  it("answers at home and is heard at the caller's: neither keeps the other's context", async () => {
    const context = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const client = context.run("server", () => {
      withdraw();
      withdraw = announce(1, {
        echo: (_call, done) => {
          seen.push(context.getStore());
          done(null, "here");
        },
      });
      return nearbyClient("127.0.0.1:1") as Parameters<typeof ask>[0];
    });
    await context.run(
      "program",
      () =>
        new Promise<void>((resolve) => {
          client["echo"]?.("request", () => {
            seen.push(context.getStore());
            resolve();
          });
        }),
    );
    expect(seen).to.deep.equal(["server", "program"]);
  });
  it("tells connections apart", async () => {
    peers.clear();
    await ask(nearbyClient("127.0.0.1:1"), "echo").answer;
    await ask(nearbyClient("127.0.0.1:1"), "echo").answer;
    expect(peers.size).to.equal(2);
  });
  it("ends a call that hangs: given up, out of time, or with its server", async () => {
    const client = nearbyClient("127.0.0.1:1");
    const given = ask(client, "hang");
    given.cancel();
    expect(await given.answer).to.match(/^CANCELLED/);
    expect(await ask(client, "hang", 0).answer).to.match(/^DEADLINE_EXCEEDED/);
    const orphan = ask(client, "hang");
    withdraw();
    expect(await orphan.answer).to.match(/^UNAVAILABLE/);
    expect(await ask(client, "echo").answer).to.match(/^UNAVAILABLE/);
  });
  it("is not taken away by the end of an earlier one at the same address", async () => {
    const first = withdraw;
    withdraw = announce(1, handlers);
    first();
    expect(await ask(nearbyClient("127.0.0.1:1"), "echo").answer).to.equal("request!");
  });
});
