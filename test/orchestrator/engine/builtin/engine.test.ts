import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  CommandError,
  ConcurrentUpdateError,
  type EngineEvent,
  StackAlreadyExistsError,
  StackNotFoundError,
  type Stack,
} from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { useFolder } from "../../../support/folder";
import { declaring, openThings, ThingWorld, type OpenedThings } from "../../../support/thing-world";

describe("the built-in engine under the Automation API", function () {
  this.timeout(20_000);
  const folder = useFolder();
  const world = new ThingWorld();
  let things: OpenedThings;
  before(() => world.start());
  after(() => world.stop());
  beforeEach(() => {
    things = openThings(folder(), world);
  });

  /** The error the SDK makes of a command that fails. */
  async function failure(action: Promise<unknown>): Promise<CommandError> {
    try {
      await action;
    } catch (error) {
      expect(error).to.be.instanceOf(CommandError);
      return error as CommandError;
    }
    throw new Error("expected the command to fail");
  }
  const exitCode = (error: CommandError) =>
    (error as unknown as { commandResult: { err: { exitCode: number } } }).commandResult.err.exitCode;

  describe("takes a stack through its life:", () => {
    it("preview, up, outputs, refresh, destroy, remove", async () => {
      const stack = await things.open(declaring({ a: 1, b: 2 }, "hush"));
      expect((await stack.preview()).changeSummary).to.deep.equal({ create: 3 });
      expect(world.things.size).to.equal(0);

      const up = await stack.up({ message: "first" });
      expect(up.summary).to.deep.include({ kind: "update", result: "succeeded", message: "first", version: 1 });
      expect(up.summary.resourceChanges).to.deep.equal({ create: 3 });
      expect(up.outputs["password"]).to.deep.equal({ value: "hush", secret: true });
      expect(up.outputs["ids"]?.secret).to.equal(false);
      expect(await stack.outputs()).to.deep.equal(up.outputs);

      expect((await stack.up({ expectNoChanges: true })).summary.resourceChanges).to.deep.equal({ same: 3 });
      expect((await stack.refresh()).summary.result).to.equal("succeeded");
      expect((await stack.previewRefresh()).changeSummary).to.deep.equal({ same: 3 });
      expect((await stack.previewDestroy()).changeSummary).to.deep.equal({ delete: 3 });
      const destroyed = await stack.destroy();
      expect(destroyed.summary.resourceChanges).to.deep.equal({ delete: 3 });
      expect(world.things.size).to.equal(0);
      await stack.workspace.removeStack("dev");
      expect(await stack.workspace.listStacks()).to.deep.equal([]);
    });

    it("an update, and a delete of what the program no longer declares", async () => {
      await (await things.open(declaring({ a: 1, b: 2 }))).up();
      const up = await (await things.open(declaring({ a: 5 }))).up();
      expect(up.summary.resourceChanges).to.deep.equal({ update: 1, delete: 1, same: 1 });
      expect([...world.things.values()]).to.deep.equal([{ size: 5 }]);
      await (await things.open(declaring({}))).destroy({ remove: true });
    });
  });

  it("streams numbered events that end with a summary and the end mark", async () => {
    const stack = await things.open(declaring({ a: 1 }));
    const events: EngineEvent[] = [];
    await stack.up({ onEvent: (event) => events.push(event) });
    expect(events.map(({ sequence }) => sequence)).to.deep.equal(events.map((_, index) => index));
    const kinds = events.map((event) => Object.keys(event).find((key) => key.endsWith("Event")));
    expect(kinds[0]).to.equal("preludeEvent");
    // The stack is a component: it is done when its outputs are there, after everything in it.
    expect(kinds.slice(1, -2)).to.deep.equal([
      "resourcePreEvent",
      "resourcePreEvent",
      "resOutputsEvent",
      "resOutputsEvent",
    ]);
    expect(events.findLast((event) => event.resOutputsEvent)?.resOutputsEvent?.metadata.type).to.equal(
      "pulumi:pulumi:Stack",
    );
    expect(kinds.slice(-2)).to.deep.equal(["summaryEvent", "cancelEvent"]);
    expect(events.at(-2)?.summaryEvent).to.deep.include({ resourceChanges: { create: 2 }, result: "succeeded" });
    await stack.destroy();
  });

  it("tells a person what it does, in the manner of the CLI", async () => {
    const stack = await things.open(declaring({ a: 1 }));
    const { stdout } = await stack.up();
    expect(stdout).to.contain(" +  thing:index:Thing a creating\n");
    expect(stdout).to.contain("Resources:\n    + 2 created\n");
    await stack.destroy();
  });

  describe("keeps config:", () => {
    let stack: Stack;
    beforeEach(async () => {
      stack = await things.open(declaring({}));
    });
    const settings = () => readFileSync(path.join(things.options.workDir as string, "Pulumi.dev.yaml"), "utf8");

    it("one value, plain or secret, encrypted in the file", async () => {
      await stack.setConfig("size", { value: "3" });
      await stack.setConfig("token", { value: "hush", secret: true });
      expect(await stack.getConfig("size")).to.deep.equal({ value: "3", secret: false });
      expect(await stack.getConfig("proj:token")).to.deep.equal({ value: "hush", secret: true });
      expect(settings())
        .to.match(/proj:token:\n {4}secure: v1:/)
        .and.not.contain("hush");
    });

    it("values that look like flags or hold equal signs", async () => {
      await stack.setConfig("odd", { value: "--stack=x" });
      await stack.setAllConfig({ "proj:pair": { value: "a=b=c" } });
      expect((await stack.getConfig("odd")).value).to.equal("--stack=x");
      expect((await stack.getConfig("pair")).value).to.equal("a=b=c");
    });

    it("values by path, typed as the CLI types them", async () => {
      await stack.setAllConfig(
        {
          "proj:net.private": { value: "true" },
          "proj:net.size": { value: "3" },
          "proj:net.account": { value: "012345678901" },
          "proj:net.zones[0]": { value: "a" },
          "proj:net.key": { value: "hush", secret: true },
        },
        true,
      );
      const all = await stack.getAllConfig();
      expect(all["proj:net"]).to.deep.equal({
        value: '{"private":true,"size":3,"account":"012345678901","zones":["a"],"key":"hush"}',
        objectValue: { private: true, size: 3, account: "012345678901", zones: ["a"], key: "hush" },
        secret: true,
      });
      expect(await stack.getConfig("net.size", true)).to.deep.equal({ value: "3", secret: false });
      expect(await stack.getConfig("net.key", true)).to.deep.equal({ value: "hush", secret: true });
      expect(settings()).to.not.contain("hush");
    });

    it("until they are removed, one or several", async () => {
      await stack.setAllConfig({ a: { value: "1" }, b: { value: "2" }, c: { value: "3" } });
      await stack.removeConfig("a");
      await stack.removeAllConfig(["b", "c"]);
      expect(await stack.getAllConfig()).to.deep.equal({});
    });

    it("set all at once from JSON", async () => {
      const json = JSON.stringify({ "proj:a": { value: "1" }, "proj:b": { value: "hush", secret: true } });
      await things.run("config", "set-all", "--stack", "dev", "--json", json);
      expect(await stack.getAllConfig()).to.deep.equal({
        "proj:a": { value: "1", secret: false },
        "proj:b": { value: "hush", secret: true },
      });
    });

    it("taken back from the last run", async () => {
      await stack.setAllConfig({ "proj:a": { value: "1" }, "proj:b": { value: "hush", secret: true } });
      const before = await stack.getAllConfig();
      await stack.up();
      await stack.setConfig("a", { value: "changed" });
      expect(await stack.refreshConfig()).to.deep.equal(before);
    });

    it("and hides secrets from whoever does not ask for them", async () => {
      await stack.setConfig("token", { value: "hush", secret: true });
      const { stdout } = await things.run("config", "--json", "--stack", "dev");
      expect(JSON.parse(stdout)).to.deep.equal({ "proj:token": { secret: true } });
    });

    it("misses a key as the CLI does", async () => {
      const error = await failure(stack.getConfig("nowhere"));
      expect(error.message).to.contain("configuration key 'nowhere' not found for stack 'dev'");
      expect(exitCode(error)).to.equal(1);
    });
  });

  describe("keeps state:", () => {
    it("exported and imported unchanged, in another stack of its own key too", async () => {
      const stack = await things.open(declaring({ a: 1 }, "hush"));
      await stack.up();
      const exported = await stack.exportStack();
      expect(JSON.stringify(exported)).to.contain('"plaintext":"\\"hush\\""');
      const { stdout } = await things.run("stack", "export", "--stack", "dev");
      expect(stdout).to.not.contain("hush");
      expect(stdout).to.match(/^\{\n {4}"version": 3,/);

      await stack.importStack(exported);
      expect((await stack.exportStack()).deployment.resources).to.deep.equal(exported.deployment.resources);
      const file = path.join(folder(), "encrypted.json");
      writeFileSync(file, stdout);
      await things.run("stack", "import", "--file", file, "--stack", "dev");
      expect((await stack.preview()).changeSummary).to.deep.equal({ same: 2 });
      await stack.destroy();
    });

    it("and refuses an import that is no export, or of another stack", async () => {
      const stack = await things.open(declaring({ a: 1 }));
      await stack.up();
      const file = path.join(folder(), "wrong.json");
      writeFileSync(file, "{}");
      const before = await stack.exportStack();
      expect((await failure(things.run("stack", "import", "--file", file, "--stack", "dev"))).message).to.contain(
        "could not deserialize deployment",
      );
      writeFileSync(file, JSON.stringify(before).replaceAll("urn:pulumi:dev::", "urn:pulumi:other::"));
      expect((await failure(things.run("stack", "import", "--file", file, "--stack", "dev"))).message).to.contain(
        "is from a different stack",
      );
      expect(await stack.exportStack()).to.deep.equal(before);
      await stack.destroy();
    });

    it("with history, newest first and in pages", async () => {
      const stack = await things.open(declaring({}));
      for (const message of ["one", "two", "three"]) await stack.up({ message });
      expect((await stack.history()).map(({ message, version }) => [message, version])).to.deep.equal([
        ["three", 3],
        ["two", 2],
        ["one", 1],
      ]);
      expect((await stack.history(2, 2)).map(({ message }) => message)).to.deep.equal(["one"]);
      expect((await stack.info())?.message).to.equal("three");
      const kept = readdirSync(path.join(things.state, ".pulumi", "history", "proj", "dev"));
      expect(kept.filter((name) => /^dev-\d{19}\.history\.json$/.test(name))).to.have.length(3);
      expect(kept.filter((name) => /^dev-\d{19}\.checkpoint\.json$/.test(name))).to.have.length(3);
      expect(readdirSync(path.join(things.state, ".pulumi", "backups", "proj", "dev"))).to.have.length(3);
    });

    it("under a new name with its history, tags and settings", async () => {
      const stack = await things.open(declaring({ a: 1 }));
      await stack.setConfig("size", { value: "3" });
      await stack.up();
      await stack.setTag("owner", "ann");
      const renamed = await stack.rename({ stackName: "moved" });
      expect(renamed.summary?.kind).to.equal("update");
      const moved = await things.open(declaring({ a: 1 }), "moved");
      expect(
        (await moved.exportStack()).deployment.resources.map(({ urn }: { urn: string }) => urn),
      ).to.include.members([
        "urn:pulumi:moved::proj::pulumi:pulumi:Stack::proj-moved",
        "urn:pulumi:moved::proj::thing:index:Thing::a",
      ]);
      expect(await moved.listTags()).to.deep.equal({ owner: "ann" });
      expect((await moved.getConfig("size")).value).to.equal("3");
      expect((await moved.preview()).changeSummary).to.deep.equal({ same: 2 });
      expect((await moved.workspace.listStacks()).map(({ name }) => name)).to.deep.equal(["moved"]);
      await moved.destroy();
    });

    it("with tags", async () => {
      const stack = await things.open(declaring({}));
      await stack.setTag("owner", "ann");
      await stack.setTag("team", "x");
      expect(await stack.getTag("owner")).to.equal("ann");
      await stack.removeTag("team");
      expect(await stack.listTags()).to.deep.equal({ owner: "ann" });
      expect((await failure(stack.getTag("team"))).message).to.contain("not found");
    });
  });

  describe("answers what else the Automation API asks:", () => {
    it("its version, its user and its backend", async () => {
      const stack = await things.open(declaring({}));
      expect((await things.run("version")).stdout.trim()).to.equal("v3.260.0");
      expect(stack.workspace.pulumiVersion).to.equal("3.260.0");
      expect(await stack.workspace.whoAmI()).to.deep.include({
        user: os.userInfo().username,
        url: `file://${things.state}`,
      });
    });

    it("which stacks there are, and which is being worked on", async () => {
      const one = await things.open(declaring({ a: 1 }), "one");
      await things.open(declaring({}), "two");
      await one.up();
      expect((await one.workspace.listStacks()).map(({ name, resourceCount }) => [name, resourceCount])).to.deep.equal([
        ["one", 3],
        ["two", 0],
      ]);
      await one.destroy();
    });
  });

  describe("fails in the CLI's words and codes:", () => {
    it("a stack that is not there", async () => {
      const stack = await things.open(declaring({}));
      const error = await failure(stack.workspace.selectStack("nowhere"));
      expect(error).to.be.instanceOf(StackNotFoundError);
      expect(exitCode(error)).to.equal(6);
    });

    it("a stack that is there already", async () => {
      const stack = await things.open(declaring({}));
      const error = await failure(stack.workspace.createStack("dev"));
      expect(error).to.be.instanceOf(StackAlreadyExistsError);
      expect(exitCode(error)).to.equal(1);
    });

    it("a stack that still has resources", async () => {
      const stack = await things.open(declaring({ a: 1 }));
      await stack.up();
      expect((await failure(stack.workspace.removeStack("dev"))).message).to.contain("still has resources");
      expect(existsSync(path.join(things.state, ".pulumi", "stacks", "proj", "dev.json"))).to.equal(true);
      await stack.destroy();
    });

    it("changes where none were expected", async () => {
      const stack = await things.open(declaring({ a: 1 }));
      expect(exitCode(await failure(stack.preview({ expectNoChanges: true })))).to.equal(7);
      expect(exitCode(await failure(stack.up({ expectNoChanges: true })))).to.equal(7);
      await stack.destroy();
    });

    it("a wrong passphrase", async () => {
      const stack = await things.open(declaring({}));
      stack.workspace.envVars["PULUMI_CONFIG_PASSPHRASE"] = "wrong";
      const error = await failure(stack.preview());
      expect(error.message).to.contain("incorrect passphrase");
    });

    it("a missing passphrase", async () => {
      const stack = await things.open(declaring({}));
      delete stack.workspace.envVars["PULUMI_CONFIG_PASSPHRASE"];
      expect((await failure(stack.preview())).message).to.contain(
        "passphrase must be set with PULUMI_CONFIG_PASSPHRASE",
      );
    });

    it("a passphrase from a file opens as well", async () => {
      const stack = await things.open(declaring({}));
      const file = path.join(folder(), "passphrase");
      writeFileSync(file, "p\n");
      delete stack.workspace.envVars["PULUMI_CONFIG_PASSPHRASE"];
      stack.workspace.envVars["PULUMI_CONFIG_PASSPHRASE_FILE"] = file;
      expect((await stack.preview()).changeSummary).to.deep.equal({ create: 1 });
    });

    for (const args of [
      ["logs"],
      ["stack", "graph"],
      ["config", "env", "ls"],
      ["up", "--stack", "dev", "--yes", "--surprise"],
      ["up", "--stack", "dev", "--plan", "plan.json"],
      ["preview", "--stack", "dev", "--save-plan", "plan.json"],
      ["up", "--stack"],
      ["up", "--yes"],
    ]) {
      it(`what it does not know: pulumi ${args.join(" ")}`, async () => {
        await things.open(declaring({}));
        const error = await failure(things.run(...args));
        expect(error.message).to.match(
          /unknown command|unknown flag|does not offer|not offered|needs an argument|--stack/,
        );
        expect(exitCode(error)).to.equal(1);
      });
    }

    it("a program that throws", async () => {
      const stack = await things.open(() => Promise.reject(new Error("the program is wrong")));
      const error = await failure(stack.up());
      expect(error.message).to.contain("the program is wrong");
      expect((await stack.info())?.result).to.equal("failed");
    });

    it("a resource the provider refuses; what was made before stays known", async () => {
      world.refuse.add("bad");
      const stack = await things.open(declaring({ good: 1, bad: 2 }));
      const error = await failure(stack.up({ parallel: 1 }));
      expect(error.message).to.contain("no room for bad");
      world.refuse.delete("bad");
      const { resources, pending_operations } = (await stack.exportStack()).deployment;
      expect(resources.map(({ urn }: { urn: string }) => urn)).to.include(
        "urn:pulumi:dev::proj::thing:index:Thing::good",
      );
      expect(pending_operations).to.equal(undefined);
      await stack.destroy();
    });

    it("a stack that somebody else is working on; a preview is not kept from it", async () => {
      world.hold.add("slow");
      const stack = await things.open(declaring({ slow: 1 }));
      const running = stack.up();
      await world.reached("slow");
      const other = openThings(folder(), world);
      const second = await other.open(declaring({ slow: 1 }));
      expect(await failure(second.up())).to.be.instanceOf(ConcurrentUpdateError);
      expect((await second.workspace.listStacks())[0]?.updateInProgress).to.equal(true);
      expect((await second.preview()).changeSummary).to.have.property("create");
      world.held.get("slow")?.();
      world.hold.clear();
      world.held.clear();
      await running;
      await second.destroy();
    });
  });
});
