import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { createBuiltinEngine } from "../../../orchestrator/engine/builtin/engine";
import { createRedactor } from "../../../orchestrator/report/redact";
import { listening } from "../../../orchestrator/engine/builtin/command/event-log";
import { nearbyProgram } from "../../../orchestrator/engine/builtin/program/nearby";
import { standstill } from "../../../orchestrator/engine/builtin/program/standstill";
import type { Engine } from "../../../orchestrator/rollout/engine";
import type { MayGoOn } from "../../../orchestrator/rollout/first-build";
import { createInterruption } from "../../../orchestrator/rollout/interruption";
import { createLayout, type Layout } from "../../../orchestrator/rollout/layout";
import { phases } from "../../../orchestrator/rollout/phases";
import { stackPort, parseState, type StackPort } from "../../../orchestrator/rollout/stack";
import { phaseTargets } from "../../../orchestrator/rollout/targets";
import { openStack } from "../../../orchestrator/rollout/workspace";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";

const [network, cluster] = phases as [(typeof phases)[number], (typeof phases)[number]];

/** How often the program was begun. */
let runs = 0;

/** Two phases without providers: enough to see targets, outputs, secrets and protection at work. */
const program = async (part: number | MayGoOn = 2): Promise<Record<string, unknown>> => {
  runs++;
  const { ComponentResource, Config, secret } = await import("@pulumi/pulumi");
  const config = new Config("slipway");
  class Network extends ComponentResource {
    constructor() {
      super("slipway:phase:Network", "network");
      this.registerOutputs({});
    }
  }
  class Cluster extends ComponentResource {
    constructor() {
      super("slipway:phase:Cluster", "cluster", {}, { protect: config.getBoolean("protect") ?? false });
      this.registerOutputs({});
    }
  }
  const outputs = { size: config.require("size"), token: secret("topsecret-value") };
  new Network();
  if (!(typeof part === "function" ? await part(1, outputs) : part > 1)) return outputs;
  if (config.get("size") === "huge") throw new Error("no cluster is as huge");
  new Cluster();
  if (typeof part === "function") await part(2, outputs);
  return outputs;
};

describe("stack on the built-in engine", function () {
  this.timeout(20_000);
  const folder = useFolder();
  let layout: Layout;
  const builtin = createBuiltinEngine({ environment: process.env });
  const plain: Engine = {
    kind: "builtin",
    version: "0",
    label: "built-in",
    command: () => Promise.resolve(builtin.pulumiCommand),
    interrupt: (how) => builtin.interrupt(how),
  };

  beforeEach(() => {
    layout = createLayout(path.join(folder(), "state"), "rehearsal");
    writeFileSync(path.join(folder(), "Pulumi.yaml"), "name: slipway\nruntime: nodejs\nmain: infra/index.ts\n");
    mkdirSync(path.join(folder(), "infra"));
    settings("size: small");
  });

  function settings(...lines: string[]): void {
    const config = lines.map((line) => `  slipway:${line}`).join("\n");
    writeFileSync(path.join(folder(), "Pulumi.dev.yaml"), `encryptionsalt: v1:of:the-user\nconfig:\n${config}\n`);
  }

  async function open(create = true, engine: Engine = plain, interruption = createInterruption()) {
    const redactor = createRedactor();
    const opened = await openStack({
      root: folder(),
      layout,
      environment: "dev",
      target: "rehearsal",
      engine,
      program,
      engineEnvironment: {},
      redactor,
      create,
    });
    return { ...opened, port: stackPort(opened.stack, opened.project, engine, interruption), redactor };
  }

  it("says that there is no such stack instead of making one", async () => {
    const error = await refusal(() => open(false));
    expect(error).to.include({ code: "no-such-stack", kind: "usage" });
    expect(error.fix).to.include("slipway bootstrap --environment dev");
  });

  it("declares a first phase alone, and takes nothing of a later one away by it", async () => {
    const { port } = await open();
    const seen = async (through?: number) =>
      (await port.up(phaseTargets(port.project, port.name, network), through)).steps.map(({ urn }) =>
        urn.split("::").at(-1),
      );
    expect(await seen(1))
      .to.include("network")
      .and.not.include("cluster");
    await port.up(phaseTargets(port.project, port.name, cluster));
    expect(await seen(1)).to.not.include("cluster");
    expect((await port.state()).resources.map(({ urn }) => urn.split("::").at(-1))).to.include("cluster");
  });

  describe("in a first build", () => {
    const near: Engine = { ...plain, nearby: nearbyProgram, listening, standstill };
    const targets = (phase: typeof network) => phaseTargets("slipway", "dev", phase);
    const names = async (port: StackPort) => (await port.state()).resources.map(({ urn }) => urn.split("::").at(-1));
    const updates = () => readdirSync(path.join(layout.backend, ".pulumi", "history", "slipway", "dev")).length / 2;

    it("runs the program once, and has what stands in state and outputs while it waits", async () => {
      const { port } = await open(true, near);
      runs = 0;
      const first = await port.up(targets(network), 1);
      expect(first).to.deep.include({ result: "succeeded", changes: { create: 2 } });
      expect(await names(port))
        .to.include("network")
        .and.not.include("cluster");
      expect((await port.outputs())["token"]).to.deep.equal({ value: "topsecret-value", secret: true });
      const second = await port.up(targets(cluster), 2);
      expect(second).to.deep.include({ result: "succeeded", changes: { create: 1 } });
      expect(second.steps.map(({ urn }) => urn.split("::").at(-1))).to.deep.equal(["cluster"]);
      expect(await names(port)).to.include("cluster");
      expect(runs).to.equal(1);
      // Whole, and not only in a journal: whoever dies here leaves a state that any Pulumi can read.
      const file = path.join(layout.backend, ".pulumi", "stacks", "slipway", "dev.json");
      expect(readFileSync(file, "utf8")).to.include("::cluster").and.not.include("topsecret-value");
      await port.close();
      expect(updates()).to.equal(1);
      expect((await port.preview({})).steps.filter(({ operation }) => operation !== "same")).to.deep.equal([]);
    });

    it("ends the update before anything else is done with the stack", async () => {
      const { port } = await open(true, near);
      await port.up(targets(network), 1);
      expect((await port.preview({})).steps).to.deep.include({ urn: urnOf("Cluster"), operation: "create" });
      // The one that waited is over, so this phase is an update of its own.
      expect((await port.up(targets(cluster), 2)).result).to.equal("succeeded");
      expect(updates()).to.equal(2);
      expect((await port.destroy()).result).to.equal("succeeded");
    });

    it("tells of a phase that fails what is true of that phase, and keeps the others", async () => {
      settings("size: huge");
      const { port } = await open(true, near);
      await port.up(targets(network), 1);
      const failed = await port.up(targets(cluster), 2);
      expect(failed).to.deep.include({ result: "failed", changes: {} });
      expect(failed.errors.join()).to.include("no cluster is as huge");
      settings("size: small");
      const again = await open(true, near);
      expect(await names(again.port)).to.include("network");
      expect((await again.port.up(targets(cluster), 2)).result).to.equal("succeeded");
      expect(await names(again.port)).to.include("cluster");
    });

    it("can be interrupted while it waits, and be continued", async () => {
      const interruption = createInterruption();
      const { port } = await open(true, near, interruption);
      await port.up(targets(network), 1);
      interruption.signal();
      await port.close();
      const again = await open(true, near);
      expect(await names(again.port)).to.include("network");
      expect((await again.port.up(targets(cluster), 2)).result).to.equal("succeeded");
    });

    const urnOf = (phase: string) => `urn:pulumi:dev::slipway::slipway:phase:${phase}::${phase.toLowerCase()}`;
  });

  it("previews without touching, builds one phase by its targets, and settles", async () => {
    const { port } = await open();
    const preview = await port.preview({});
    expect(preview.result).to.equal("succeeded");
    expect(preview.steps.map(({ operation }) => operation)).to.include("create");
    expect((await port.state()).resources).to.deep.equal([]);
    const urns = async () => (await port.state()).resources.map(({ urn }) => urn.split("::").at(-1));
    expect((await port.up(phaseTargets(port.project, port.name, network))).result).to.equal("succeeded");
    expect(await urns())
      .to.include("network")
      .and.not.include("cluster");
    await port.up(phaseTargets(port.project, port.name, cluster));
    const settled = await port.preview({});
    expect(settled.steps.filter(({ operation }) => operation !== "same")).to.deep.equal([]);
    await port.destroy(phaseTargets(port.project, port.name, cluster));
    expect(await urns())
      .to.include("network")
      .and.not.include("cluster");
    const gone = await port.destroy();
    expect(gone.errors).to.deep.equal([]);
    expect(gone.result).to.equal("succeeded");
    expect(await urns()).to.deep.equal([]);
    await port.remove();
    expect((await refusal(() => open(false))).code).to.equal("no-such-stack");
  });

  it("hands out secret outputs as secret and keeps them out of the state's clear text", async () => {
    const { port } = await open();
    await port.up(phaseTargets(port.project, port.name, network));
    expect((await port.outputs())["token"]).to.deep.equal({ value: "topsecret-value", secret: true });
    const file = path.join(layout.backend, ".pulumi", "stacks", "slipway", "dev.json");
    expect(readFileSync(file, "utf8")).to.not.include("topsecret-value");
  });

  it("keeps its passphrase private, across runs, and masked", async () => {
    const first = await open();
    expect(statSync(layout.passphrase).mode & 0o777).to.equal(0o600);
    await first.port.up(phaseTargets("slipway", "dev", network));
    const again = await open();
    expect((await again.port.outputs())["token"]?.value).to.equal("topsecret-value");
    expect(again.redactor.text(readFileSync(layout.passphrase, "utf8"))).to.equal("[secret]");
  });

  it("never needs the user's secrets: encrypted values are replaced by labelled stand-ins, and said so", async () => {
    settings("size: small", "password: { secure: v1:abc:def }");
    const { notes, port } = await open();
    expect(notes.join()).to.include("slipway:password");
    const copy = readFileSync(path.join(layout.work("dev"), "Pulumi.dev.yaml"), "utf8");
    expect(copy)
      .to.include("rehearsal-stand-in-for-slipway-password")
      .and.not.include("secure")
      .and.not.include("of:the-user");
    expect((await port.preview({})).result).to.equal("succeeded");
  });

  it("builds what the settings say now, not what they said at first", async () => {
    await open();
    settings("size: large");
    const { port } = await open();
    await port.up(phaseTargets("slipway", "dev", network));
    expect((await port.outputs())["size"]?.value).to.equal("large");
  });

  it("reports a program that fails with its own words", async () => {
    settings("other: 1");
    const { port } = await open();
    const failed = await port.preview({});
    expect(failed.result).to.equal("failed");
    expect(failed.errors.join()).to.include("size");
  });

  it("lifts protection only when asked to", async () => {
    settings("size: small", 'protect: "true"');
    const { port } = await open();
    await port.up(phaseTargets("slipway", "dev", network));
    await port.up(phaseTargets("slipway", "dev", cluster));
    expect((await port.state()).resources.some(({ protect }) => protect)).to.equal(true);
    await port.unprotect();
    expect((await port.state()).resources.some(({ protect }) => protect)).to.equal(false);
    expect((await port.destroy()).result).to.equal("succeeded");
  });

  it("names the file whose YAML is broken, and one that is missing", async () => {
    writeFileSync(path.join(folder(), "Pulumi.dev.yaml"), "config: [");
    expect((await refusal(() => open())).message).to.include("Pulumi.dev.yaml");
    writeFileSync(path.join(folder(), "Pulumi.yaml"), "runtime: nodejs\n");
    expect((await refusal(() => open())).code).to.equal("project-invalid");
  });

  it("says of a state that is no JSON that it cannot be read and was left alone", async () => {
    const error = await refusal(() => parseState("{", "dev"));
    expect(error).to.include({ code: "state-unreadable", kind: "refused" });
  });
});
