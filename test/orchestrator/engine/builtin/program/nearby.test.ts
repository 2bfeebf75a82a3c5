/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published stubs are untyped */
import { status } from "@grpc/grpc-js";
import { expect } from "chai";
import { announce, type Handlers } from "../../../../../orchestrator/engine/builtin/nearby";
import { nearbyProgram } from "../../../../../orchestrator/engine/builtin/program/nearby";

const { getStore } = require("@pulumi/pulumi/runtime/state") as any;
const { resetOptions } = require("@pulumi/pulumi/runtime/settings") as any;

describe("a program in the engine's process", () => {
  const handlers: Handlers = {
    registerResource: (call, done) => done(null, `registered ${String(call.request)}`),
    log: (_call, done) => done(null, "heard"),
  };
  let withdraw = (): void => undefined;
  let closed = false;
  beforeEach(() => (closed = false));
  beforeEach(() => (withdraw = announce(7, handlers)));
  afterEach(() => {
    withdraw();
    resetOptions("", "", -1, "", "", false, "");
  });

  /** What the program finds in the SDK's settings when it runs. */
  async function settings(address: string): Promise<any> {
    resetOptions("proj", "dev", 1, address, address, true, "organization");
    getStore().settings.monitor = { close: () => (closed = true) };
    getStore().settings.engine = undefined;
    let found: any;
    await nearbyProgram(() => {
      found = { ...getStore().settings };
      return Promise.resolve();
    })();
    return found;
  }
  const asked = (client: any, method: string, ...given: unknown[]) =>
    new Promise((resolve) =>
      client[method](...given, (error: any, reply: unknown) => resolve(error ? status[error.code as number] : reply)),
    );

  it("asks monitor and engine without a wire", async () => {
    const { monitor, engine } = await settings("127.0.0.1:7");
    expect(await asked(monitor, "registerResource", "a bucket")).to.equal("registered a bucket");
    expect(await asked(engine, "log", "a word")).to.equal("heard");
  });
  it("is refused what the monitor does not offer, as by a server", async () => {
    const { monitor } = await settings("127.0.0.1:7");
    expect(await asked(monitor, "registerPackage", "a package")).to.equal("UNIMPLEMENTED");
  });
  it("keeps the wire to a monitor that is elsewhere", async () => {
    expect((await settings("127.0.0.1:8")).monitor).to.have.property("close");
    expect(closed).to.equal(false);
  });
  it("closes the wire it leaves: open, it would keep the whole program in memory", async () => {
    await settings("127.0.0.1:7");
    expect(closed).to.equal(true);
  });
});
