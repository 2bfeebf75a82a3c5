/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published services are untyped */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import { PackProcess } from "../../../../../orchestrator/engine/builtin/policy/pack-process";
import { useFolder } from "../../../../support/folder";
import { executablePack, servedPack } from "../../../../support/packs";
import { refusal } from "../../../../support/refusal";
import { useServers } from "../../../../support/servers";

const { AnalyzerService } = require("@pulumi/pulumi/proto/analyzer_grpc_pb") as any;
const { AnalyzerInfo } = require("@pulumi/pulumi/proto/analyzer_pb") as any;
const { Empty } = require("google-protobuf/google/protobuf/empty_pb") as any;

const facts = {
  organization: "organization",
  project: "proj",
  stack: "dev",
  dryRun: true,
  config: { "proj:size": "3" },
};

describe("the process of a policy pack", () => {
  const folder = useFolder();
  const serve = useServers();
  const running: PackProcess[] = [];
  afterEach(() => Promise.all(running.splice(0).map((pack) => pack.close())));

  const start = async (place: string) => {
    const pack = await PackProcess.start(place, facts);
    running.push(pack);
    return pack;
  };

  it("is asked at the port it names", async () => {
    const getAnalyzerInfo: grpc.handleUnaryCall<any, any> = (_call, done) => {
      const info = new AnalyzerInfo();
      info.setName("ours");
      done(null, info);
    };
    const pack = await start(servedPack(folder(), "pack", await serve(AnalyzerService, { getAnalyzerInfo })));
    expect((await pack.ask("getAnalyzerInfo", new Empty())).getName()).to.equal("ours");
  });

  it("knows which stack it judges, and whether for a preview", async () => {
    const told = path.join(folder(), "told.json");
    const script = `require("node:fs").writeFileSync(${JSON.stringify(told)}, JSON.stringify(process.env));
      console.log(1); setInterval(() => {}, 1e6);`;
    await start(executablePack(folder(), "pack", script));
    expect(JSON.parse(readFileSync(told, "utf8"))).to.deep.include({
      PULUMI_NODEJS_ORGANIZATION: "organization",
      PULUMI_NODEJS_PROJECT: "proj",
      PULUMI_NODEJS_STACK: "dev",
      PULUMI_NODEJS_DRY_RUN: "true",
      PULUMI_CONFIG: '{"proj:size":"3"}',
    });
  });

  it("keeps what Node compiles beside the pack's packages, where only its owner writes", async () => {
    const packages = path.join(folder(), "node_modules");
    const runner = path.join(packages, "@pulumi", "pulumi", "cmd", "run-policy-pack");
    const told = path.join(folder(), "cache.json");
    mkdirSync(runner, { recursive: true });
    writeFileSync(path.join(packages, "@pulumi", "pulumi", "package.json"), "{}");
    writeFileSync(
      path.join(runner, "index.js"),
      `require("node:fs").writeFileSync(${JSON.stringify(told)}, JSON.stringify(process.env.NODE_COMPILE_CACHE));
       console.log(1); setInterval(() => {}, 1e6);`,
    );
    mkdirSync(path.join(folder(), "pack"));
    await start(path.join(folder(), "pack"));
    const kept = JSON.parse(readFileSync(told, "utf8")) as string;
    expect(kept).to.equal(process.env["NODE_COMPILE_CACHE"] ?? path.join(packages, ".cache/slipway-policy/compiled"));
    expect(statSync(path.join(packages, ".cache/slipway-policy")).mode & 0o777).to.equal(0o700);
  });

  it("that is not there, or has no SDK, is the caller's mistake", async () => {
    const missing = await refusal(() => PackProcess.start(path.join(folder(), "absent"), facts));
    expect([missing.code, missing.kind]).to.deep.equal(["no-policy-pack", "usage"]);
    mkdirSync(path.join(folder(), "bare"));
    const bare = await refusal(() => PackProcess.start(path.join(folder(), "bare"), facts));
    expect([bare.code, bare.kind]).to.deep.equal(["no-sdk", "usage"]);
  });

  it("that ends before it serves, or says something else, is broken, and the reason is its own", async () => {
    const ended = await refusal(() =>
      start(executablePack(folder(), "a", 'console.error("cannot compile"); process.exit(3);')),
    );
    expect([ended.code, ended.kind]).to.deep.equal(["policy-pack-broken", "engine"]);
    expect(ended.message).to.contain("exit code 3").and.to.contain("cannot compile");
    const chatty = await refusal(() =>
      start(executablePack(folder(), "b", 'console.log("hello"); setInterval(() => {}, 1e6);')),
    );
    expect(chatty.message).to.contain("its first line is no port");
  });

  it("that fails an answer fails the operation; what it does not offer is not asked again", async () => {
    const handlers = {
      analyze: (_call: unknown, done: grpc.sendUnaryData<any>) =>
        done({ code: grpc.status.UNKNOWN, details: "the rule is wrong" }),
      handshake: (_call: unknown, done: grpc.sendUnaryData<any>) =>
        done({ code: grpc.status.INTERNAL, details: "no welcome" }),
    };
    const { AnalyzeRequest, AnalyzerHandshakeRequest, AnalyzerStackConfigureRequest } =
      require("@pulumi/pulumi/proto/analyzer_pb") as any;
    const pack = await start(servedPack(folder(), "pack", await serve(AnalyzerService, handlers)));
    const error = await refusal(() => pack.ask("analyze", new AnalyzeRequest()));
    expect([error.code, error.kind]).to.deep.equal(["policy-pack-failed", "engine"]);
    expect(error.message).to.contain("analyze").and.to.contain("the rule is wrong");
    await pack.askIfOffered("configureStack", new AnalyzerStackConfigureRequest());
    const refused = await pack
      .askIfOffered("handshake", new AnalyzerHandshakeRequest())
      .catch((reason: grpc.ServiceError) => reason.details);
    expect(refused).to.equal("no welcome");
  });

  it("is gone when it is closed, also when it had ended by itself", async () => {
    const gone = path.join(folder(), "gone");
    const script = `process.on("SIGTERM", () => { require("node:fs").writeFileSync(${JSON.stringify(gone)}, ""); process.exit(0); });
      console.log(1); setInterval(() => {}, 1e6);`;
    const pack = await PackProcess.start(executablePack(folder(), "pack", script), facts);
    await pack.close();
    expect(existsSync(gone)).to.equal(true);
    await pack.close();
  });
});
