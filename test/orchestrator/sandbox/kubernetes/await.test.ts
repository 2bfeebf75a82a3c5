import { expect } from "chai";
import { NotReady, untilGone, untilReady } from "../../../../orchestrator/sandbox/kubernetes/await";
import { refOf, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { open, type Fixture } from "./fixture";

const LONG = 10;
/** Long enough to have looked once, too short for what never comes. */
const SHORT = 0.3;

describe("waiting for an object", () => {
  let world: Fixture;
  before(async () => {
    world = await open();
  });
  after(() => world.close());
  const put = (object: KubeObject) => world.api.apply(object, { manager: "test", force: true });
  const deployment = (name: string, more: { cpu?: string; annotations?: Record<string, string> } = {}) =>
    put({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace: "default", annotations: more.annotations ?? {} },
      spec: {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: {
            containers: [{ name: "a", image: "a:1", resources: { requests: { cpu: more.cpu ?? "10m" } } }],
          },
        },
      },
    });
  const failure = (attempt: Promise<unknown>) =>
    attempt.then(
      () => expect.fail("it succeeded"),
      (error: unknown) => error as NotReady,
    );

  it("ends when it is ready, with the object as it is then", async () => {
    const live = await untilReady(world.api, await deployment("web"), LONG);
    expect(live).to.have.nested.property("status.availableReplicas", 1);
  });
  it("ends at once for a kind that needs nothing, and for one that says not to wait", async () => {
    const settings = await put({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "default" } });
    expect(await untilReady(world.api, settings, 0)).to.equal(settings);
    const annotations = { "pulumi.com/skipAwait": "true" };
    const skipped = await deployment("skipped", { cpu: "1000", annotations });
    expect(await untilReady(world.api, skipped, 0)).to.equal(skipped);
  });
  it("ends with the reasons of the object and of its pods when the time is up", async () => {
    const error = await failure(untilReady(world.api, await deployment("large", { cpu: "1000" }), SHORT));
    expect(error).to.be.instanceOf(NotReady);
    expect(error.live.metadata.name).to.equal("large");
    expect(error.reasons[0]).to.equal("Minimum number of live Pods was not attained (0 of 1 available)");
    expect(error.reasons[1]).to.match(/^\[Pod large-\S+\]: .*Insufficient cpu/);
  });
  it("takes the time from the object where it says one", async () => {
    const annotations = { "pulumi.com/timeoutSeconds": String(SHORT) };
    const error = await failure(untilReady(world.api, await deployment("own", { cpu: "1000", annotations }), 600));
    expect(error).to.be.instanceOf(NotReady);
  });
  it("follows a Service to endpoints that come later", async () => {
    const service = await put({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "late", namespace: "default" },
      spec: { selector: { app: "late" }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    const waiting = untilReady(world.api, service, LONG);
    await deployment("late");
    expect((await waiting).metadata.name).to.equal("late");
  });

  describe("to be gone", () => {
    const settings = (name: string, finalizers: string[] = []): KubeObject => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "default", finalizers },
    });
    it("ends at once where it is not there", async () => untilGone(world.api, refOf(settings("never")), 0));
    it("ends when its last finalizer goes", async () => {
      const held = await world.api.create(settings("held", ["example.org/guard"]));
      await world.api.delete(refOf(held));
      const gone = untilGone(world.api, refOf(held), LONG);
      await world.api.merge(refOf(held), { metadata: { finalizers: null } });
      await gone;
      expect(await world.api.get(refOf(held))).to.equal(undefined);
    });
    it("names the finalizers that keep it, or says that it is there", async () => {
      const held = await world.api.create(settings("kept", ["example.org/guard"]));
      await world.api.delete(refOf(held));
      expect((await failure(untilGone(world.api, refOf(held), SHORT))).message).to.equal(
        "timed out waiting for object kept to be deleted: finalizers example.org/guard are still on it",
      );
      const there = await world.api.create(settings("there"));
      expect((await failure(untilGone(world.api, refOf(there), SHORT))).message).to.include("it is still there");
    });
  });
});
