import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import { rules } from "../../policy/rules";
import { deployment } from "../support/policy";
// The published protocol of policy packs has no typings; names are those of analyzer.proto.
/* eslint-disable @typescript-eslint/no-require-imports, @typescript-eslint/no-explicit-any -- protocol edge */
const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb") as any;
const messages = require("@pulumi/pulumi/proto/analyzer_pb") as any;
const { Empty } = require("google-protobuf/google/protobuf/empty_pb") as any;
const { Struct } = require("google-protobuf/google/protobuf/struct_pb") as any;
/* eslint-enable @typescript-eslint/no-require-imports */

const folder = path.join(__dirname, "..", "..", "policy");

/** The pack as Pulumi runs it: the SDK's own runner, spoken to over its protocol. */
describe("the pack behind the SDK's runner", () => {
  let runner: ChildProcess;
  let client: any;
  const ask = (method: string, request: unknown) =>
    new Promise<any>((resolve, reject) =>
      client[method](request, (error: Error | null, reply: unknown) => (error ? reject(error) : resolve(reply))),
    );

  before(async () => {
    const script = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    runner = spawn(process.execPath, [script, "127.0.0.1:1", folder], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, PULUMI_NODEJS_TYPESCRIPT: "true", NODE_OPTIONS: "" },
    });
    const port = await new Promise<string>((resolve, reject) => {
      runner.once("exit", (code) => reject(new Error(`the runner ended with ${code} before it named a port`)));
      runner.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString().split("\n")[0] as string));
    });
    client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  });
  after(() => {
    client?.close();
    runner.kill();
  });

  it("loads from its folder and offers every rule, with severity and remedy", async () => {
    const info = (await ask("getAnalyzerInfo", new Empty())).toObject();
    expect(info.name).to.equal("slipway");
    expect(info.policiesList.map((policy: any) => policy.name)).to.deep.equal(rules.map((rule) => rule.name));
    expect(info.policiesList.every((policy: any) => policy.severity > 0 && policy.remediationSteps !== "")).to.equal(
      true,
    );
  });

  it("judges a resource over the wire", async () => {
    const request = (props: object) => {
      const message = new messages.AnalyzeRequest();
      message.setType("kubernetes:apps/v1:Deployment");
      message.setUrn("urn:pulumi:dev::app::kubernetes:apps/v1:Deployment::app");
      message.setName("app");
      message.setOptions(new messages.AnalyzerResourceOptions());
      message.setProperties(Struct.fromJavaScript(props));
      return message;
    };
    const clean = (await ask("analyze", request(deployment()))).toObject();
    expect(clean.diagnosticsList).to.deep.equal([]);
    const broken = deployment((pod: any) => (pod.containers[0].securityContext.privileged = true));
    const found = (await ask("analyze", request(broken))).toObject();
    expect(found.diagnosticsList.map((d: any) => d.policyname)).to.deep.equal(["containers-are-unprivileged"]);
  });
});
