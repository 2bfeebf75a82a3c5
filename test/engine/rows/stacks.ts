import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  ConcurrentUpdateError,
  LocalWorkspace,
  StackAlreadyExistsError,
  StackNotFoundError,
} from "@pulumi/pulumi/automation";
import { expect } from "chai";
import type { Behaviours } from "../behaviours";
import { Thing } from "../thing";

async function failure(run: () => Promise<unknown>): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  return expect.fail("it succeeded");
}

export const stacks: Behaviours = {
  "init, select, ls and rm": async (h) => {
    const { workspace } = h.stack;
    expect((await workspace.listStacks()).map((stack) => stack.name)).to.deep.equal(["test"]);
    expect(await failure(() => workspace.createStack("test"))).to.be.instanceOf(StackAlreadyExistsError);
    expect(await failure(() => workspace.selectStack("nope"))).to.be.instanceOf(StackNotFoundError);
    await h.up(() => void new Thing("a"));
    expect(String(await failure(() => workspace.removeStack("test")))).to.include("still has resources");
    await h.destroy();
    await workspace.removeStack("test");
    expect(await workspace.listStacks()).to.deep.equal([]);
  },
  "history tells each run with its result, newest first": async (h) => {
    await h.up(() => void new Thing("a"), { message: "first" });
    h.provider.failing.set("b", "create");
    await h.up(() => void [new Thing("a"), new Thing("b")]);
    const history = await h.stack.history();
    expect(history.map(({ kind, result }) => `${kind} ${result}`)).to.deep.equal(["update failed", "update succeeded"]);
    expect(history[1]).to.deep.include({ message: "first", version: 1, resourceChanges: { create: 2 } });
  },
  "export and import carry a stack over": async (h) => {
    await h.up(() => void new Thing("a", { value: 1 }));
    const exported = await h.stack.exportStack();
    await h.stack.importStack(exported);
    h.calls();
    expect((await h.up(() => void new Thing("a", { value: 1 }))).changes).to.deep.equal({ same: 2 });
    expect(h.calls()).to.deep.equal([]);
  },
  "the state format is the CLI's": async (h) => {
    await h.up(() => void new Thing("a", { value: 1 }));
    const { version, deployment } = await h.exported();
    expect(version).to.equal(3);
    expect(deployment.manifest.version).to.match(/^v3\.\d+\.\d+/);
    expect(deployment.manifest.magic).to.match(/^[0-9a-f]{64}$/);
    expect(deployment.secrets_providers?.type).to.equal("passphrase");
    const [a] = (deployment.resources ?? []).filter((resource) => resource.type === "test:index:Thing");
    expect(a).to.include.keys(
      "urn",
      "custom",
      "id",
      "type",
      "inputs",
      "outputs",
      "parent",
      "provider",
      "propertyDependencies",
      "created",
      "modified",
    );
    expect(fs.existsSync(path.join(h.folder, ".pulumi", "stacks", "conformance", "test.json"))).to.equal(true);
  },
  "a lock names its owner, keeps others out, and cancel removes it": async (h) => {
    const folder = path.join(h.folder, ".pulumi", "locks", "organization", "conformance", "test");
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(
      path.join(folder, "0a1b.json"),
      JSON.stringify({ pid: 4711, username: "somebody", hostname: os.hostname(), timestamp: "2026-01-01T00:00:00Z" }),
    );
    const error = await failure(() => h.stack.up());
    expect(error).to.be.instanceOf(ConcurrentUpdateError);
    expect(String(error)).to.include("somebody@").and.include("(pid 4711)");
    await h.stack.cancel();
    expect((await h.up(() => void new Thing("a"))).exitCode).to.equal(0);
    expect(fs.readdirSync(folder).filter((file) => file.endsWith(".json"))).to.deep.equal([]);
  },
  "pending creates are carried along with a warning, and cleared on request": async (h) => {
    const program = () => void new Thing("a");
    await h.up(program);
    const file = path.join(h.folder, ".pulumi", "stacks", "conformance", "test.json");
    const state = JSON.parse(fs.readFileSync(file, "utf8")) as {
      checkpoint: { latest: { resources: { type: string; urn: string }[]; pending_operations?: unknown[] } };
    };
    const thing = state.checkpoint.latest.resources.find((resource) => resource.type === "test:index:Thing");
    state.checkpoint.latest.pending_operations = [
      { resource: { ...thing, urn: thing?.urn.replace("::a", "::lost") }, type: "creating" },
    ];
    fs.writeFileSync(file, JSON.stringify(state));
    const { events } = await h.up(program);
    expect(events.some((event) => event.diagnosticEvent?.message.includes("pending operations"))).to.equal(true);
    expect((await h.exported()).deployment.pending_operations).to.have.length(1);
    await h.refresh({ clearPendingCreates: true });
    expect((await h.exported()).deployment.pending_operations ?? []).to.have.length(0);
  },
  "events come in order, numbered, and end with cancel": async (h) => {
    const { events } = await h.up(() => void new Thing("a"));
    expect(events.map((event) => event.sequence)).to.deep.equal(events.map((_, index) => index));
    expect(events[0]).to.have.property("preludeEvent");
    expect(events.at(-1)).to.have.property("cancelEvent");
    expect(events.filter((event) => event.summaryEvent)).to.have.length(1);
  },
  "a local program runs in its own process": async (h) => {
    const folder = fs.mkdtempSync(path.join(h.folder, "program-"));
    fs.symlinkSync(path.join(__dirname, "..", "..", "..", "node_modules"), path.join(folder, "node_modules"));
    fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "local", main: "index.js" }));
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: conformance\nruntime: nodejs\n");
    fs.writeFileSync(
      path.join(folder, "index.js"),
      `const pulumi = require("@pulumi/pulumi"); new (class extends pulumi.CustomResource { constructor() { super("test:index:Thing", "local", { value: 1 }); } })(); exports.answer = 42;`,
    );
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "local", workDir: folder },
      { pulumiCommand: h.stack.workspace.pulumiCommand, envVars: h.environment },
    );
    const { summary, outputs } = await stack.up();
    expect(summary.resourceChanges).to.deep.equal({ create: 2 });
    expect(outputs["answer"]?.value).to.equal(42);
  },
};
