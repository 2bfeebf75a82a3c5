import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { PlatformConfig } from "../../../infra/config";
import { ProviderClient } from "../../../orchestrator/engine/builtin/provider/client";
import { startSandbox, type SandboxRequest } from "../../../orchestrator/sandbox/start";
import type { Sandbox } from "../../../orchestrator/sandbox/sandbox";
import { wireParts } from "../../../orchestrator/cli/parts";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";
import { root } from "../../support/pulumi";

describe("a rehearsal world", () => {
  const folder = useFolder();
  let config: PlatformConfig;
  const open: Sandbox[] = [];
  before(async () => {
    const { loadConfig } = wireParts({ options: {}, root } as never);
    config = await loadConfig("dev");
  });
  const start = async (more: Partial<SandboxRequest> = {}) => {
    const request = { environment: "dev", directory: folder(), config, cluster: "embedded", variables: {}, ...more };
    const sandbox = await startSandbox(request as SandboxRequest);
    open.push(sandbox);
    return sandbox;
  };
  afterEach(async () => {
    for (const sandbox of open.splice(0)) await sandbox.close();
  });
  const ports = ({ engineEnvironment }: Sandbox) =>
    Object.fromEntries(
      (engineEnvironment["PULUMI_DEBUG_PROVIDERS"] ?? "").split(",").map((one) => one.split(":") as [string, string]),
    );
  const connect = (sandbox: Sandbox, name: string) =>
    ProviderClient.connect(name, `127.0.0.1:${ports(sandbox)[name]}`, "127.0.0.1:1");
  const VPC = "urn:pulumi:dev::slipway::aws:ec2/vpc:Vpc::it";

  it("offers every provider that the program needs, each on a port of its own", async () => {
    const offered = ports(await start());
    expect(Object.keys(offered)).to.include.members(["aws", "eks", "kubernetes", "random"]);
    expect(new Set(Object.values(offered)).size).to.equal(Object.keys(offered).length);
  });
  it("has one account behind providers, checks and resume, in the region and the account of the settings", async () => {
    const sandbox = await start();
    const aws = await connect(sandbox, "aws");
    const { id } = await aws.create(VPC, { cidrBlock: "10.10.0.0/16", tags: { Environment: "dev" } }, false, 30);
    aws.close();
    expect(await sandbox.aws.vpc(id)).to.deep.include({ id, cidr: "10.10.0.0/16" });
    expect(await sandbox.idsOf(VPC)).to.deep.equal([id]);
    expect((await sandbox.aws.availabilityZones())[0]).to.equal(`${config.region}a`);
    const { account, arn } = await sandbox.aws.identity();
    expect(config.cluster.adminRoleArns[0]).to.include(`:${account}:`);
    expect(arn).to.include(`:${account}:assumed-role/`);
  });
  it("is the same world again in the same folder, and another in another", async () => {
    const first = await start();
    const aws = await connect(first, "aws");
    const { id } = await aws.create(VPC, { cidrBlock: "10.10.0.0/16" }, false, 30);
    aws.close();
    await first.close();
    open.splice(0);
    expect(await (await start()).idsOf(VPC)).to.deep.equal([id]);
    expect(await (await start({ directory: path.join(folder(), "other") })).idsOf(VPC)).to.deep.equal([]);
  });
  it("has no cluster before one is built, and no name that leads anywhere", async () => {
    const sandbox = await start();
    expect(sandbox.kubeconfig("slipway-dev")).to.equal(undefined);
    expect(await sandbox.edge.resolve("demo.dev.example.org")).to.deep.equal([]);
  });
  it("meets the faults of its file", async () => {
    const faults = path.join(folder(), "faults.json");
    const effect = { kind: "fail", message: "api error VpcLimitExceeded: no more" };
    writeFileSync(faults, JSON.stringify({ rules: [{ type: "aws:ec2/*", operation: "create", effect }] }));
    const aws = await connect(await start({ faults }), "aws");
    const error = await aws.create(VPC, {}, false, 30).catch((reason: Error & { details?: string }) => reason);
    aws.close();
    expect(error).to.have.property("details", effect.message);
  });
  it("refuses a bad faults file before it makes anything", async () => {
    const faults = path.join(folder(), "faults.json");
    writeFileSync(faults, "[]");
    const directory = path.join(folder(), "world");
    expect((await refusal(() => start({ faults, directory }))).code).to.equal("bad-faults");
    expect(readdirSync(folder())).to.deep.equal(["faults.json"]);
  });
  it("refuses a damaged world, says where, and leaves it as it is", async () => {
    mkdirSync(path.join(folder(), "account"));
    writeFileSync(path.join(folder(), "account", "aws.jsonl"), "nonsense\n");
    const error = await refusal(() => start());
    expect(error).to.include({ code: "world-corrupt", kind: "refused" });
    expect(error.message).to.include("aws.jsonl").and.include("line 1");
  });
  it("ends its servers when it is closed, once and again", async () => {
    const sandbox = await start();
    await sandbox.close();
    await sandbox.close();
    const error = await fetch(`http://127.0.0.1:${ports(sandbox)["random"]}`).catch((reason: Error) => reason);
    expect(error).to.be.instanceOf(Error);
  });
});
