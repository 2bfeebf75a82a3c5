import { expect } from "chai";
import { configMap, pod, refusal, useWorld, workload, WRITE } from "./fixture";

describe("the writes of the embedded API", () => {
  const world = useWorld();
  const maps = () => world().resource("v1", "ConfigMap");

  it("gives a new object identity, version and a name from its prefix", () => {
    const made = world().create(configMap({}, { name: undefined, generateName: "made-" }));
    expect(made.metadata.name).to.match(/^made-[0-9a-f]{5}$/);
    expect(made.metadata).to.include({ creationTimestamp: "1970-01-01T00:00:00Z", generation: 1 });
    expect(made.metadata.uid).to.match(/^[0-9a-f-]{36}$/);
  });
  it("keeps status and spec apart: each is written at its own address", () => {
    const made = world().create({ ...pod("a"), status: { phase: "Running" } });
    expect(made["status"]).to.equal(undefined);
    const resource = world().resource("v1", "Pod");
    const changed = { ...made, spec: {}, status: { phase: "Failed" } };
    const told = world().verbs.replace(resource, "a", "default", changed, "status", WRITE);
    expect(told["status"]).to.deep.equal({ phase: "Failed" });
    expect(told["spec"]).to.deep.equal(made["spec"]);
  });
  it("counts generations by spec alone", () => {
    const made = world().create(workload("Deployment"));
    const resource = world().resource("apps/v1", "Deployment");
    const patch = (body: object) =>
      world().verbs.patch(resource, "web", "default", "application/merge-patch+json", body, undefined, WRITE);
    expect(made.metadata.generation).to.equal(1);
    expect(patch({ metadata: { labels: { a: "b" } } }).metadata.generation).to.equal(1);
    expect(patch({ spec: { replicas: 2 } }).metadata.generation).to.equal(2);
  });
  it("marks what has finalizers and removes it with the last of them", () => {
    world().create(configMap({}, { finalizers: ["test.dev/keep"] }));
    const marked = world().verbs.delete(maps(), "settings", "default", false, false);
    expect(marked.metadata.deletionTimestamp).to.equal("1970-01-01T00:00:00Z");
    expect(world().find("ConfigMap", "settings")).not.to.equal(undefined);
    const free = { metadata: { finalizers: null } };
    world().verbs.patch(maps(), "settings", "default", "application/merge-patch+json", free, undefined, WRITE);
    expect(world().find("ConfigMap", "settings")).to.equal(undefined);
  });
  it("takes along what an object owned, unless it is to be orphaned", () => {
    for (const orphan of [false, true]) {
      const owner = world().create(configMap({}, { name: `owner-${orphan}` }));
      const reference = { apiVersion: "v1", kind: "ConfigMap", name: owner.metadata.name, uid: owner.metadata.uid };
      world().create(configMap({}, { name: `owned-${orphan}`, ownerReferences: [reference] }));
      world().verbs.delete(maps(), owner.metadata.name, "default", false, orphan);
    }
    expect(world().find("ConfigMap", "owned-false")).to.equal(undefined);
    expect(world().find("ConfigMap", "owned-true")?.metadata.ownerReferences).to.deep.equal([]);
  });
  it("empties a namespace before it goes, and takes nothing new meanwhile", () => {
    world().create(configMap({}, { finalizers: ["test.dev/keep"] }));
    world().create(configMap({}, { name: "free" }));
    world().verbs.delete(world().resource("v1", "Namespace"), "default", undefined, false, false);
    expect(world().find("ConfigMap", "free")).to.equal(undefined);
    expect(world().find("Namespace", "default")?.["status"]).to.deep.equal({ phase: "Terminating" });
    const refused = refusal(() => world().create(configMap({}, { name: "late" })));
    expect(refused.message).to.include("because it is being terminated");
    const free = { metadata: { finalizers: null } };
    world().verbs.patch(maps(), "settings", "default", "application/merge-patch+json", free, undefined, WRITE);
    expect(world().find("Namespace", "default")).to.equal(undefined);
  });
  it("evicts only what a disruption budget can spare", () => {
    world().create(pod("a", {}, { labels: { app: "web" } }));
    const budget = {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web", namespace: "default" },
      spec: { selector: { matchLabels: { app: "web" } }, minAvailable: 1 },
    };
    world().put({ ...budget, status: { disruptionsAllowed: 0, desiredHealthy: 1, currentHealthy: 1 } });
    expect(refusal(() => world().verbs.evict("a", "default", false)).code).to.equal(429);
    world().put({ ...budget, status: { disruptionsAllowed: 1 } });
    world().verbs.evict("a", "default", false);
    expect(world().find("Pod", "a")).to.equal(undefined);
  });
});
