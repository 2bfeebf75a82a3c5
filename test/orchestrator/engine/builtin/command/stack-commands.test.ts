import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { Arguments } from "../../../../../orchestrator/engine/builtin/command/arguments";
import * as stack from "../../../../../orchestrator/engine/builtin/command/stack-commands";
import type { PendingOperation, ResourceState, Snapshot } from "../../../../../orchestrator/engine/builtin/model";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { useFolder } from "../../../../support/folder";
import { CommandLine } from "../../../../support/command-line";
import { refusal } from "../../../../support/refusal";
import { stateOf, urnOf } from "../../../../support/states";

const STACK = "pulumi:pulumi:Stack";
const root: ResourceState = {
  urn: urnOf("proj-dev", STACK),
  custom: false,
  type: STACK,
  inputs: {},
  outputs: { url: "u", token: secret("hush"), box: { key: secret("hush") } },
};
const pending: PendingOperation = { type: "creating", resource: stateOf("left", { password: secret("hush") }) };

describe("commands about stacks", () => {
  const folder = useFolder();
  let line: CommandLine;
  beforeEach(async () => {
    line = new CommandLine(folder());
    await line.create();
  });
  const args = new Arguments("test", ["--stack", "dev"], {});
  const file = () => line.context().existing(args);
  const vault = () => line.context().vault(line.context().settings("dev", args), file());
  const save = async (snapshot: Partial<Snapshot>) => {
    file().save({ resources: [root], pending: [], ...snapshot }, await vault(), new Date(0));
  };
  const stored = async (): Promise<Snapshot> => file().snapshot(await vault()).snapshot;
  const output = (name: string) => path.join(line.work, name);
  interface Exported {
    version: number;
    deployment: { resources: ResourceState[]; pending_operations?: unknown[] };
  }

  it("a new stack has a state of its own and a key, but only once, and leaves no lock", async () => {
    expect(file().stored()?.deployment.secrets_providers?.type).to.equal("passphrase");
    expect(readFileSync(path.join(line.state, ".pulumi", "meta.yaml"), "utf8")).to.equal("version: 1\n");
    expect(readdirSync(line.context().layout.locks("proj", "dev"))).to.deep.equal([]);
    expect(await line.failing(stack.init)).to.deep.equal({ exitCode: 1, stderr: "error: stack 'dev' already exists" });
    await line.run(stack.select);
    expect((await line.failing(stack.select, "nowhere")).exitCode).to.equal(6);
  });

  it("outputs are masked unless asked for, whole secrets and those inside", async () => {
    await save({});
    const shown = async (...words: string[]) => JSON.parse((await line.run(stack.output, ...words)).out) as unknown;
    expect(await shown()).to.deep.equal({ url: "u", token: "[secret]", box: { key: "[secret]" } });
    expect(await shown("--show-secrets")).to.deep.equal({ url: "u", token: "hush", box: { key: "hush" } });
    expect(await shown("url")).to.equal("u");
    expect((await line.failing(stack.output, "absent")).stderr).to.contain("does not have output property 'absent'");
  });

  it("an export holds its secrets sealed, or in clear when asked to, and comes back the same by import", async () => {
    await save({ pending: [pending] });
    const before = await stored();
    await line.run(stack.exportState, "--file", "sealed.json");
    await line.run(stack.exportState, "--file", "clear.json", "--show-secrets");
    expect(readFileSync(output("sealed.json"), "utf8")).to.not.contain("hush");
    expect(readFileSync(output("clear.json"), "utf8")).to.contain("hush");
    for (const name of ["sealed.json", "clear.json"]) {
      const { err } = await line.run(stack.importState, "--file", name);
      expect(err).to.contain("removing pending operation 'creating'").and.to.contain(urnOf("left"));
      expect(await stored()).to.deep.equal({ ...before, pending: [] });
      expect(readFileSync(file().file, "utf8")).to.not.contain("hush");
      await save({ pending: [pending] });
    }
  });

  it("an import that is no export, of a newer format, of another stack or out of order changes nothing", async () => {
    await save({});
    const before = readFileSync(file().file, "utf8");
    const exported = JSON.parse((await line.run(stack.exportState)).out) as Exported;
    const importing = (change: object) => {
      writeFileSync(output("in.json"), JSON.stringify(change));
      return line.failing(stack.importState, "--file", "in.json");
    };
    const holding = (resources: object[]) => ({ ...exported, deployment: { ...exported.deployment, resources } });
    expect((await importing({})).stderr).to.contain("could not deserialize deployment");
    expect((await importing({ ...exported, version: 4 })).stderr).to.contain("version 4 cannot be imported");
    const foreign = JSON.parse(JSON.stringify(exported).replaceAll("urn:pulumi:dev", "urn:pulumi:prod")) as object;
    expect((await importing(foreign)).stderr).to.contain("from a different stack");
    const needing = { ...stateOf("b"), dependencies: [urnOf("a")] };
    writeFileSync(output("in.json"), JSON.stringify(holding([needing])));
    expect((await refusal(() => line.run(stack.importState, "--file", "in.json"))).code).to.equal("state-invalid");
    expect((await line.failing(stack.importState, "--file", "absent.json")).stderr).to.contain("could not open file");
    expect((await line.failing(stack.importState)).stderr).to.contain("needs --file");
    expect(readFileSync(file().file, "utf8")).to.equal(before);
  });

  it("a rename carries state, settings and tags over, and leaves nothing under the old name", async () => {
    await save({ resources: [root, { ...stateOf("a"), parent: root.urn }] });
    await line.run(stack.tag, "set", "owner", "ann");
    await line.run(stack.rename, "moved");
    const moved = line.context().stackFile("moved");
    expect(moved.stored()?.deployment.resources?.map(({ urn, parent }) => [urn, parent])).to.deep.equal([
      ["urn:pulumi:moved::proj::pulumi:pulumi:Stack::proj-moved", undefined],
      ["urn:pulumi:moved::proj::x:y:Thing::a", "urn:pulumi:moved::proj::pulumi:pulumi:Stack::proj-moved"],
    ]);
    expect(existsSync(output("Pulumi.moved.yaml"))).to.equal(true);
    expect(existsSync(line.settingsFile)).to.equal(false);
    expect(line.context().stackFile("dev").exists()).to.equal(false);
    expect(readFileSync(line.context().layout.tags("proj", "moved"), "utf8")).to.equal('{"owner":"ann"}');
  });

  it("a removal keeps what still has resources unless forced, and then takes everything but the backups", async () => {
    await save({});
    expect((await line.failing(stack.remove)).stderr).to.contain("still has resources");
    expect(file().exists()).to.equal(true);
    await line.run(stack.remove, "--force", "--preserve-config");
    expect(line.context().stackFile("dev").exists()).to.equal(false);
    expect([existsSync(line.settingsFile), existsSync(`${line.context().stackFile("dev").file}.bak`)]).to.deep.equal([
      true,
      true,
    ]);
    expect((await line.failing(stack.remove)).exitCode).to.equal(6);
  });

  it("a list tells size and age of each stack, and whether somebody is at work on it", async () => {
    await save({});
    const listed = async () => JSON.parse((await line.run(stack.list, "--json")).out) as unknown;
    const entry = { name: "dev", current: false, lastUpdate: new Date(0).toISOString(), resourceCount: 1 };
    expect(await listed()).to.deep.equal([{ ...entry, updateInProgress: false }]);
    await stack.locked(line.context(), file(), async () => {
      expect(await listed()).to.deep.equal([{ ...entry, updateInProgress: true }]);
    });
    expect(await listed()).to.deep.equal([{ ...entry, updateInProgress: false }]);
  });

  it("a lock keeps others out until its holder ends or somebody cancels it, also when the work fails", async () => {
    writeFileSync(output("in.json"), (await line.run(stack.exportState)).out);
    await stack.locked(line.context(), file(), async () => {
      const error = await refusal(() => line.run(stack.importState, "--file", "in.json"));
      expect([error.code, error.kind]).to.deep.equal(["stack-locked", "refused"]);
    });
    const failing = stack.locked(line.context(), file(), () => Promise.reject(new Error("failed")));
    expect(await failing.catch((error: Error) => error.message)).to.equal("failed");
    await stack.locked(line.context(), file(), async () => {
      expect((await line.run(stack.cancel)).out).to.contain("1 lock(s) removed");
      await line.run(stack.importState, "--file", "in.json");
    });
  });

  it("tags are set, read and removed; an unknown one or verb is refused", async () => {
    await line.run(stack.tag, "set", "owner", "ann");
    await line.run(stack.tag, "set", "team", "x");
    expect((await line.run(stack.tag, "get", "owner")).out).to.equal("ann\n");
    await line.run(stack.tag, "rm", "team");
    expect(JSON.parse((await line.run(stack.tag, "ls")).out)).to.deep.equal({ owner: "ann" });
    expect((await line.failing(stack.tag, "get", "team")).stderr).to.contain("'team' not found");
    expect((await line.failing(stack.tag, "paint", "it")).stderr).to.contain('unknown command "stack tag paint"');
    expect((await line.failing(stack.tag, "set")).stderr).to.contain("needs a name");
  });
});
