/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published services are untyped */
import * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import type { ProgramRun } from "../../../../../orchestrator/engine/builtin/model";
import { inlineProgram } from "../../../../../orchestrator/engine/builtin/program/inline";

const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb") as any;
const { RunResponse } = require("@pulumi/pulumi/proto/language_pb") as any;

describe("an inline program", () => {
  const servers: grpc.Server[] = [];
  afterEach(() => servers.splice(0).forEach((server) => server.forceShutdown()));

  /** A language server whose Run does what the test says. */
  async function serve(run: grpc.handleUnaryCall<any, any>): Promise<string> {
    const server = new grpc.Server();
    servers.push(server);
    server.addService(LanguageRuntimeService, { run });
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    return `127.0.0.1:${port}`;
  }
  const request = (signal = new AbortController().signal): ProgramRun => ({
    monitorAddress: "127.0.0.1:1",
    engineAddress: "127.0.0.1:2",
    organization: "organization",
    project: "proj",
    stack: "dev",
    config: { "proj:size": "3", "proj:token": "hush" },
    configSecretKeys: ["proj:token"],
    dryRun: true,
    parallel: 7,
    signal,
  });

  it("is told everything a program may ask", async () => {
    let told: any;
    const address = await serve((call, done) => {
      told = call.request;
      done(null, new RunResponse());
    });
    expect(await inlineProgram(address).run(request())).to.deep.equal({ ok: true });
    expect(told.getArgsList()).to.deep.equal(["127.0.0.1:2"]);
    expect(told.getMonitorAddress()).to.equal("127.0.0.1:1");
    expect([told.getOrganization(), told.getProject(), told.getStack()]).to.deep.equal(["organization", "proj", "dev"]);
    expect([told.getDryrun(), told.getParallel()]).to.deep.equal([true, 7]);
    expect(told.getConfigMap().toObject()).to.deep.equal([
      ["proj:size", "3"],
      ["proj:token", "hush"],
    ]);
    expect(told.getConfigsecretkeysList()).to.deep.equal(["proj:token"]);
  });

  it("fails with the program's own message", async () => {
    const address = await serve((_call, done) => done({ code: grpc.status.UNKNOWN, details: "the program is wrong" }));
    expect(await inlineProgram(address).run(request())).to.deep.equal({ ok: false, message: "the program is wrong" });
    const polite = await serve((_call, done) => {
      const reply = new RunResponse();
      reply.setError("wrong as well");
      done(null, reply);
    });
    expect(await inlineProgram(polite).run(request())).to.deep.equal({ ok: false, message: "wrong as well" });
  });

  it("is left behind when the run stops, also when it stopped before", async () => {
    const stop = new AbortController();
    const hanging = await serve(() => stop.abort());
    expect((await inlineProgram(hanging).run(request(stop.signal))).ok).to.equal(false);
    expect((await inlineProgram(hanging).run(request(AbortSignal.abort()))).ok).to.equal(false);
  });

  it("that nobody serves fails instead of waiting", async () => {
    expect((await inlineProgram("127.0.0.1:1").run(request())).ok).to.equal(false);
  });
});
