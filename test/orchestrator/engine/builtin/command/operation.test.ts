import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type CommandError, ConcurrentUpdateError } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { disk } from "../../../../../orchestrator/engine/builtin/backend/files";
import { useFolder } from "../../../../support/folder";
import { diskThatRefuses, diskWithRoom, noSpace } from "../../../../support/states";
import { declaring, openThings, ThingWorld } from "../../../../support/thing-world";

const urn = (name: string) => `urn:pulumi:dev::proj::thing:index:Thing::${name}`;

describe("an operation of the built-in engine", function () {
  this.timeout(20_000);
  const folder = useFolder();
  let world: ThingWorld;
  beforeEach(async () => {
    world = new ThingWorld();
    await world.start();
  });
  afterEach(() => world.stop());

  const locks = () => path.join(folder(), "state", ".pulumi", "locks", "organization", "proj", "dev");
  const journal = () => path.join(folder(), "state", ".pulumi", "stacks", "proj", "dev.json.journal");
  const exitCode = (error: unknown) =>
    (error as { commandResult: { err: { exitCode: number } } }).commandResult.err.exitCode;
  const failed = (action: Promise<unknown>) =>
    action.then(
      () => Promise.reject(new Error("expected the operation to fail")),
      (error: unknown) => error as CommandError,
    );
  const exported = async (things: ReturnType<typeof openThings>) => {
    const { stdout } = await things.run("stack", "export", "--stack", "dev");
    return (
      JSON.parse(stdout) as {
        deployment: {
          resources: { urn: string }[];
          pending_operations?: { type: string; resource: { urn: string } }[];
        };
      }
    ).deployment;
  };

  describe("interrupted", () => {
    it("once: what runs ends and is recorded, nothing else starts, exit 1 [A21.3]", async () => {
      const things = openThings(folder(), world);
      world.hold.add("slow");
      const stack = await things.open(declaring({ slow: 1, later: 2 }));
      const running = failed(stack.up({ parallel: 1 }));
      await world.reached("slow");
      things.engine.interrupt("cancel");
      world.held.get("slow")?.();
      const error = await running;
      expect(exitCode(error)).to.equal(1);
      expect(error.message).to.contain("update canceled");
      expect(world.calls).to.deep.equal(["create slow"]);
      const { resources, pending_operations } = await exported(things);
      expect(resources.map((one) => one.urn))
        .to.include(urn("slow"))
        .and.not.include(urn("later"));
      expect(pending_operations).to.equal(undefined);
      expect(readdirSync(locks())).to.deep.equal([]);
      expect((await stack.info())?.result).to.equal("failed");
    });

    it("by the caller's signal, also one that came before the start", async () => {
      const things = openThings(folder(), world);
      const stack = await things.open(declaring({ a: 1 }));
      const error = await failed(stack.up({ signal: AbortSignal.abort() }));
      expect(exitCode(error)).to.equal(1);
      expect(world.calls).to.deep.equal([]);
    });

    it("twice: it waits for nobody, what was in flight is pending, exit 8 [A21.3]", async () => {
      const things = openThings(folder(), world);
      world.hold.add("slow");
      const stack = await things.open(declaring({ slow: 1 }));
      const running = failed(stack.up());
      await world.reached("slow");
      things.engine.interrupt("cancel");
      things.engine.interrupt("terminate");
      expect(exitCode(await running)).to.equal(8);
      const { pending_operations = [] } = await exported(things);
      expect(pending_operations.map(({ type, resource }) => [type, resource.urn])).to.deep.equal([
        ["creating", urn("slow")],
      ]);
      expect(readdirSync(locks())).to.deep.equal([]);
      expect(existsSync(journal())).to.equal(false);
    });
  });

  describe("killed at any moment", () => {
    it("left what it finished, what was in flight, and its lock; the next run goes on from there [A21.3]", async () => {
      const things = openThings(folder(), world);
      world.hold.add("slow");
      const stack = await things.open(declaring({ quick: 1, slow: 2 }, "hush"));
      const running = stack.up({ parallel: 1 });
      await world.reached("slow");
      // What a SIGKILL leaves is what is on the disk at this moment.
      const image = path.join(folder(), "image");
      for (const part of ["state", "work"])
        cpSync(path.join(folder(), part), path.join(image, part), { recursive: true });
      world.held.get("slow")?.();
      await running;
      world.hold.clear();

      const left = openThings(image, world);
      const before = await exported(left);
      expect(before.resources.map((one) => one.urn)).to.include(urn("quick"));
      expect((before.pending_operations ?? []).map(({ resource }) => resource.urn)).to.deep.equal([urn("slow")]);
      const beside = path.join(image, "state", ".pulumi", "stacks", "proj", "dev.json.journal");
      expect(readFileSync(beside, "utf8")).to.not.contain("hush");

      const resumed = await left.open(declaring({ quick: 1, slow: 2 }, "hush"));
      expect(await failed(resumed.up())).to.be.instanceOf(ConcurrentUpdateError);
      await resumed.cancel();
      world.calls.length = 0;
      await resumed.refresh({ clearPendingCreates: true });
      expect((await exported(left)).pending_operations).to.equal(undefined);
      expect((await resumed.up()).summary.resourceChanges).to.deep.include({ create: 1 });
      expect(world.calls).to.deep.equal(["create slow"]);
      expect(existsSync(beside)).to.equal(false);
    });

    it("also when the resumed run is killed in its turn [A21.3]", async () => {
      const things = openThings(folder(), world);
      ["one", "two"].forEach((name) => world.hold.add(name));
      const program = declaring({ zero: 0, one: 1, two: 2 });
      const stack = await things.open(program);
      const first = stack.up({ parallel: 1 });
      await world.reached("one");
      const image = (name: string, from: string) => {
        const to = path.join(folder(), name);
        for (const part of ["state", "work"]) cpSync(path.join(from, part), path.join(to, part), { recursive: true });
        return to;
      };
      const second = openThings(image("second", folder()), world);
      world.hold.delete("one");
      world.held.get("one")?.();
      await world.reached("two");
      world.held.get("two")?.();
      await first;
      world.held.clear();

      const again = await second.open(program);
      await again.cancel();
      const running = again.up({ parallel: 1 });
      await world.reached("two");
      const third = openThings(image("third", path.join(folder(), "second")), world);
      world.held.get("two")?.();
      await running;
      const { resources, pending_operations = [] } = await exported(third);
      expect(resources.map((one) => one.urn)).to.include.members([urn("zero"), urn("one")]);
      expect(pending_operations.map(({ resource }) => resource.urn)).to.include(urn("two"));
    });
  });

  describe("on a disk that is full", () => {
    it("ends with a clear error; the state on the disk stays whole [A21.3]", async () => {
      const good = openThings(folder(), world);
      await (await good.open(declaring({ a: 1 }))).up();
      const file = path.join(folder(), "state", ".pulumi", "stacks", "proj", "dev.json");
      const before = readFileSync(file, "utf8");
      const bad = openThings(folder(), world, { files: diskThatRefuses((name) => name === file, noSpace) });
      const error = await failed((await bad.open(declaring({ a: 1, b: 2 }))).up());
      expect(error.message).to.contain("ENOSPC");
      expect(readFileSync(file, "utf8")).to.equal(before);
      // The result of the step was on the disk before the disk ran full.
      expect((await exported(good)).resources.map((one) => one.urn)).to.include.members([urn("a"), urn("b")]);
      expect(readdirSync(locks())).to.deep.equal([]);
    });

    it("stops at the first step it cannot record, and knows what was in flight [A21.3]", async () => {
      const good = openThings(folder(), world);
      const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
      const program = declaring(Object.fromEntries(names.map((name, index) => [name, index])));
      await good.open(program);
      const bad = openThings(folder(), world, {
        files: {
          ...diskWithRoom(4_000),
          replace: diskThatRefuses((name) => name.endsWith("dev.json"), noSpace).replace,
        },
      });
      const error = await failed((await bad.open(program)).up({ parallel: 1 }));
      expect(error.message).to.contain("no space left on device");
      expect(world.calls.length).to.be.greaterThan(0).and.lessThan(names.length);
      // Whatever the provider was asked for is either in the state or pending: nothing is unknown.
      const { resources, pending_operations = [] } = await exported(good);
      const known = [...resources.map((one) => one.urn), ...pending_operations.map(({ resource }) => resource.urn)];
      for (const call of world.calls) expect(known).to.include(urn(call.split(" ")[1] as string));
    });

    it("starts nothing when not even the lock can be written", async () => {
      const good = openThings(folder(), world);
      const stack = await good.open(declaring({ a: 1 }));
      const bad = openThings(folder(), world, { files: diskThatRefuses((name) => name.includes("locks"), noSpace) });
      await failed((await bad.open(declaring({ a: 1 }))).up());
      expect(world.calls).to.deep.equal([]);
      await stack.up();
    });
  });

  it("refuses a damaged state by name and leaves it as it is", async () => {
    const things = openThings(folder(), world);
    const stack = await things.open(declaring({ a: 1 }));
    await stack.up();
    const file = path.join(folder(), "state", ".pulumi", "stacks", "proj", "dev.json");
    const half = readFileSync(file, "utf8").slice(0, 200);
    disk.replace(file, half);
    for (const action of [() => stack.up(), () => stack.preview(), () => stack.destroy(), () => stack.outputs()]) {
      expect((await failed(action())).message).to.contain(file);
      expect(readFileSync(file, "utf8")).to.equal(half);
    }
    expect(world.calls).to.deep.equal(["create a"]);
  });

  it("shares nothing with one of another stack at the same time", async () => {
    const things = openThings(folder(), world);
    const names = ["one", "two", "three"];
    const stacks = await Promise.all(
      names.map((name, index) =>
        openThings(path.join(folder(), name), world).open(declaring({ [name]: index }, name), name),
      ),
    );
    const results = await Promise.all(stacks.map((stack) => stack.up()));
    results.forEach(({ outputs, summary }, index) => {
      expect(summary.resourceChanges).to.deep.equal({ create: 2 });
      expect(outputs["password"]).to.deep.equal({ value: names[index], secret: true });
      expect(Object.keys(outputs["ids"]?.value as object)).to.deep.equal([names[index]]);
    });
    await Promise.all(stacks.map((stack) => stack.destroy()));
    expect(world.things.size).to.equal(0);
    expect(things.engine.version.version).to.equal("3.260.0");
  });

  it("runs stacks of one engine side by side, and interrupts all of them", async () => {
    const things = openThings(folder(), world);
    ["a", "b"].forEach((name) => world.hold.add(name));
    const one = await things.open(declaring({ a: 1 }), "one");
    const two = await things.open(declaring({ b: 1 }), "two");
    const both = [failed(one.up()), failed(two.up())];
    await Promise.all([world.reached("a"), world.reached("b")]);
    things.engine.interrupt("cancel");
    world.held.forEach((go) => go());
    expect((await Promise.all(both)).map(exitCode)).to.deep.equal([1, 1]);
  });

  it("reads the outputs of another stack of the same backend, secrets as secrets", async () => {
    const things = openThings(folder(), world);
    await (await things.open(declaring({ a: 1 }, "hush"), "base")).up();
    const user = await things.open(async () => {
      const { StackReference } = await import("@pulumi/pulumi");
      const base = new StackReference("organization/proj/base");
      return { ids: base.getOutput("ids"), password: base.getOutput("password") };
    }, "user");
    const { outputs } = await user.up();
    expect(outputs["ids"]).to.deep.equal({ value: { a: "thing-0" }, secret: false });
    expect(outputs["password"]).to.deep.equal({ value: "hush", secret: true });
  });

  it("fails a reference to a stack that is not there", async () => {
    const things = openThings(folder(), world);
    const user = await things.open(async () => {
      const { StackReference } = await import("@pulumi/pulumi");
      return { ids: new StackReference("organization/proj/nowhere").getOutput("ids") };
    });
    expect((await failed(user.preview())).message).to.contain("nowhere");
  });

  it("takes existing resources under its care (import)", async () => {
    const things = openThings(folder(), world);
    world.things.set("thing-x", { size: 7 });
    const stack = await things.open(declaring({ old: 7 }));
    await stack.import({
      resources: [{ type: "thing:index:Thing", name: "old", id: "thing-x" }],
      protect: false,
      generateCode: false,
    });
    expect((await exported(things)).resources.map((one) => one.urn)).to.include(urn("old"));
    expect(world.calls).to.deep.equal([]);
    expect((await stack.up()).summary.resourceChanges).to.not.have.property("create");
  });

  it("takes them beside what is there already", async () => {
    const things = openThings(folder(), world);
    const stack = await things.open(declaring({ a: 1 }));
    await stack.up();
    world.things.set("thing-x", { size: 7 });
    await things.run("import", "thing:index:Thing", "old", "thing-x", "--yes", "--skip-preview", "--stack", "dev");
    const next = await things.open(declaring({ a: 1, old: 7 }));
    expect((await next.preview()).changeSummary).to.not.have.any.keys("create", "import");
    expect((await failed(next.destroy())).message).to.contain("protected");
  });

  it("goes on past a failure when asked to", async () => {
    const things = openThings(folder(), world);
    world.refuse.add("bad");
    const stack = await things.open(declaring({ bad: 1, good: 2 }));
    await failed(stack.up({ continueOnError: true, parallel: 1 }));
    expect(world.calls).to.deep.equal(["create bad", "create good"]);
  });

  it("works on its targets only", async () => {
    const things = openThings(folder(), world);
    const stack = await things.open(declaring({ a: 1, b: 2 }));
    await stack.up({ target: [urn("a")] });
    expect(world.calls).to.deep.equal(["create a"]);
    expect((await failed(stack.up({ target: [urn("nowhere")] }))).message).to.contain("nowhere");
  });
});
