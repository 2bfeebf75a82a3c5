import { expect } from "chai";
import * as fs from "node:fs";
import { ClusterStore, stamp, type WatchEvent } from "../../../../orchestrator/sandbox/cluster/store";
import { configMap, useWorld } from "./fixture";

describe("the store of the embedded API", () => {
  const world = useWorld();

  it("counts one version for every change, and none for what stays the same", () => {
    const made = world().put(configMap({ a: "1" }));
    const same = world().put(configMap({ a: "1" }));
    const changed = world().put(configMap({ a: "2" }));
    expect(same.metadata.resourceVersion).to.equal(made.metadata.resourceVersion);
    expect(Number(changed.metadata.resourceVersion)).to.equal(Number(made.metadata.resourceVersion) + 1);
    expect(changed.metadata.uid).to.equal(made.metadata.uid);
  });
  it("tells watchers what was and what is", () => {
    const seen: WatchEvent[] = [];
    const stop = world().store.watch((event) => seen.push(event));
    world().put(configMap({ a: "1" }));
    world().put(configMap({ a: "2" }));
    world().store.remove(world().resource("v1", "ConfigMap"), configMap({}));
    stop();
    world().put(configMap({ a: "3" }));
    expect(seen.map(({ type, object, before }) => [type, object["data"], before?.["data"]])).to.deep.equal([
      ["ADDED", { a: "1" }, undefined],
      ["MODIFIED", { a: "2" }, { a: "1" }],
      ["DELETED", { a: "2" }, undefined],
    ]);
  });
  it("replays what came after a version, and says when it no longer can", () => {
    const from = Number(world().put(configMap({ n: "first" })).metadata.resourceVersion);
    world().put(configMap({ n: "0" }));
    expect(
      world()
        .store.since(from)
        ?.map(({ type }) => type),
    ).to.deep.equal(["MODIFIED"]);
    expect(world().store.since(Number(world().store.resourceVersion))).to.deep.equal([]);
    for (let n = 1; n <= 2_000; n++) world().put(configMap({ n: String(n) }));
    expect(world().store.since(from)).to.equal(undefined);
  });
  it("has everything again after a restart: objects, kinds, and a version that never goes back", () => {
    world().put(configMap({ a: "1" }));
    world().put({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "widgets.test.dev" },
      spec: {
        group: "test.dev",
        scope: "Cluster",
        names: { kind: "Widget", plural: "widgets" },
        versions: [{ name: "v1" }],
      },
    });
    world().put(configMap({}, { name: "gone" }));
    world().store.remove(world().resource("v1", "ConfigMap"), configMap({}, { name: "gone" }));
    const version = world().store.resourceVersion;
    const again = new ClusterStore(world().file, () => new Date(0));
    expect(again.resourceVersion).to.equal(version);
    expect(again.find("v1", "ConfigMap", "settings", "default")?.["data"]).to.deep.equal({ a: "1" });
    expect(again.find("v1", "ConfigMap", "gone", "default")).to.equal(undefined);
    expect(again.resources.ofKind("test.dev/v1", "Widget")?.namespaced).to.equal(false);
    again.close();
    expect(fs.statSync(world().file).mode & 0o077).to.equal(0);
  });
  it("writes times as the API server does", () => {
    expect(stamp(new Date(1_700_000_000_123))).to.equal("2023-11-14T22:13:20Z");
  });
});
