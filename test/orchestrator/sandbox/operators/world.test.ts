import { expect } from "chai";
import type { Condition, KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { covers, withConditions, World } from "../../../../orchestrator/sandbox/operators/world";
import { open, type Fixture } from "../kubernetes/fixture";

const SETTINGS = { apiVersion: "v1", kind: "ConfigMap" };
const settings = (name: string, data: Record<string, string> = {}): KubeObject => ({
  ...SETTINGS,
  metadata: { name, namespace: "default" },
  data,
});

describe("a cluster as its operators see it", () => {
  let fixture: Fixture;
  let world: World;
  const waiting: (() => void)[] = [];
  /** Resolves once a change leaves the world as it should be. */
  const until = async (good: () => boolean) => {
    while (!good()) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  before(async () => {
    fixture = await open();
    world = new World(fixture.api, () => waiting.splice(0).forEach((resolve) => resolve()));
    await world.follow(SETTINGS);
  });
  after(async () => {
    world.close();
    await fixture.close();
  });

  it("is known after the first list, and follows what others do", async () => {
    expect(world.knows(SETTINGS)).to.equal(true);
    expect(world.knows({ apiVersion: "v1", kind: "Secret" })).to.equal(false);
    await fixture.api.create(settings("foreign"));
    const ref = { ...SETTINGS, name: "foreign", namespace: "default" };
    await until(() => world.get(ref) !== undefined);
    await fixture.api.delete(ref);
    await until(() => world.get(ref) === undefined);
  });
  it("does not know a kind that is not served, and takes it up when it is asked again", async () => {
    const thing = { apiVersion: "example.org/v1", kind: "Thing" };
    await world.follow(thing);
    expect(world.knows(thing)).to.equal(false);
    expect(world.list(thing.apiVersion, thing.kind)).to.deep.equal([]);
  });
  it("shows its own writes at once", async () => {
    const made = await world.ensure(settings("own", { a: "1" }), "operator");
    expect(world.get({ ...SETTINGS, name: "own", namespace: "default" })).to.equal(made);
    const created = await world.create(settings("created"));
    expect(world.list("v1", "ConfigMap", "default")).to.include(created);
  });
  it("writes nothing that is there already", async () => {
    const made = await world.ensure(settings("same", { a: "1" }), "operator");
    expect(await world.ensure(settings("same", { a: "1" }), "operator")).to.equal(made);
    expect(await world.patch(made, { data: { a: "1" } })).to.equal(made);
    const changed = await world.patch(made, { data: { a: "2" } });
    expect(changed["data"]).to.deep.equal({ a: "2" });
    expect(changed.metadata.resourceVersion).to.not.equal(made.metadata.resourceVersion);
  });
  it("guards an object and lets it go, but guards none that is going", async () => {
    const made = await world.ensure(settings("guarded"), "operator");
    const guarded = await world.guard(made, "example.org/guard", true);
    expect(guarded.metadata.finalizers).to.deep.equal(["example.org/guard"]);
    expect(await world.guard(guarded, "example.org/guard", true)).to.equal(guarded);
    const going = { ...guarded, metadata: { ...guarded.metadata, deletionTimestamp: "2026-01-02T03:04:05Z" } };
    expect((await world.guard(going, "example.org/other", true)).metadata.finalizers).to.deep.equal([
      "example.org/guard",
    ]);
    expect((await world.guard(guarded, "example.org/guard", false)).metadata.finalizers ?? []).to.deep.equal([]);
  });
  it("starts no second deletion", async () => {
    const going = { ...settings("gone"), metadata: { name: "gone", namespace: "default", deletionTimestamp: "now" } };
    await world.remove(going);
    const made = await world.ensure(settings("short"), "operator");
    await world.remove(made);
    await until(() => world.get({ ...SETTINGS, name: "short", namespace: "default" }) === undefined);
  });
});

describe("what is wanted of an object", () => {
  it("is there when every part is: objects may hold more, lists are the same", () => {
    const now = { a: 1, b: { c: 2, d: 3 }, list: [{ x: 1, y: 2 }, 2] };
    expect(covers(now, { b: { c: 2 } })).to.equal(true);
    expect(covers(now, { list: [{ x: 1 }, 2] })).to.equal(true);
    expect(covers(now, { list: [{ x: 1 }] })).to.equal(false);
    expect(covers(now, { b: { e: 1 } })).to.equal(false);
    expect(covers(now, { a: undefined }), "nothing is said of it").to.equal(true);
    expect(covers(undefined, {})).to.equal(false);
  });
  it("is gone when null is wanted", () => {
    expect(covers({}, { a: null })).to.equal(true);
    expect(covers({ a: 1 }, { a: null })).to.equal(false);
  });
});

describe("conditions", () => {
  const ready = (status: "True" | "False", message = ""): Condition => ({ type: "Ready", status, message });
  const at = (time: string) => () => time;
  it("keep their time while they say the same, and get a new one when they turn", () => {
    const first = withConditions(undefined, [ready("False")], at("t1"));
    expect(first).to.deep.equal([{ ...ready("False"), lastTransitionTime: "t1" }]);
    const same = withConditions({ conditions: first }, [ready("False", "other words")], at("t2"));
    expect(same[0]).to.deep.equal({ ...ready("False", "other words"), lastTransitionTime: "t1" });
    const turned = withConditions({ conditions: same }, [ready("True")], at("t3"));
    expect(turned[0]?.lastTransitionTime).to.equal("t3");
  });
  it("leave those of others alone", () => {
    const other: Condition = { type: "Synced", status: "True", lastTransitionTime: "t0" };
    const all = withConditions({ conditions: [other, ready("False")] }, [ready("True")], at("t1"));
    expect(all.map(({ type }) => type)).to.deep.equal(["Synced", "Ready"]);
    expect(all[0]).to.deep.equal(other);
  });
});
