import * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import type { SlipwayError } from "../../../../../orchestrator/errors";
import { Connection, ProviderGone } from "../../../../../orchestrator/engine/builtin/provider/connection";
import { announce } from "../../../../../orchestrator/engine/builtin/nearby";

describe("a connection to a provider", () => {
  let withdraw = (): void => undefined;
  beforeEach(
    () =>
      (withdraw = announce(1, {
        echo: (call, done) => done(null, call.request),
        refuse: (_call, done) => done({ code: grpc.status.INVALID_ARGUMENT, details: "not that" }),
        hang: () => undefined,
      })),
  );
  afterEach(() => withdraw());
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail("it answered"),
      (error: Error) => error,
    );

  it("hands on what is answered, and a refusal as it is", async () => {
    const connection = await Connection.open("test", "127.0.0.1:1");
    expect(await connection.call("echo", "hello")).to.equal("hello");
    expect(await failure(connection.call("refuse", "x"))).to.include({ details: "not that" });
  });
  it("tells a provider that went away from one that takes too long", async () => {
    const connection = await Connection.open("test", "127.0.0.1:1");
    const late = (await failure(connection.call("hang", "x", 0))) as SlipwayError;
    expect([late.code, late.message]).to.deep.equal([
      "provider-timeout",
      "the test provider did not finish hang within 0 s",
    ]);
    const hanging = connection.call("hang", "x");
    withdraw();
    expect(await failure(hanging)).to.be.instanceOf(ProviderGone);
  });
  it("does not take a call that was given up for a dead provider", async () => {
    const connection = await Connection.open("test", "127.0.0.1:1");
    const stop = new AbortController();
    const hanging = connection.call("hang", "x", undefined, stop.signal);
    stop.abort();
    expect(await failure(hanging)).to.not.be.instanceOf(ProviderGone);
  });
});
