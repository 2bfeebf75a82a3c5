import { expect } from "chai";
import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { matcher } from "../../../../orchestrator/sandbox/cluster/lists";
import { serveWatch } from "../../../../orchestrator/sandbox/cluster/watch";
import { configMap, refusal, useWorld } from "./fixture";

interface Told {
  type: string;
  object: {
    kind: string;
    data?: { a: string };
    metadata: { name: string; resourceVersion: string; annotations?: object };
  };
}
/** A response that keeps what is written to it. */
class Stream extends EventEmitter {
  readonly told: Told[] = [];
  ended = false;
  writeHead(): this {
    return this;
  }
  flushHeaders(): void {
    // Nothing to send.
  }
  write(line: string): void {
    this.told.push(JSON.parse(line) as Told);
  }
  end(): void {
    this.ended = true;
    this.emit("close");
  }
}

describe("a watch of the embedded API", () => {
  const world = useWorld();
  const streams: Stream[] = [];
  const watch = (parameters: Record<string, string>, namespace: string | undefined = "default") => {
    const stream = new Stream();
    streams.push(stream);
    const query = new URLSearchParams(parameters);
    const resource = world().resource("v1", "ConfigMap");
    serveWatch(
      world().store,
      { resource, namespace, query, matches: matcher(query) },
      stream as unknown as ServerResponse,
    );
    return stream;
  };
  afterEach(() => streams.splice(0).forEach((stream) => stream.end()));
  const now = () => ({ resourceVersion: world().store.resourceVersion });
  const types = ({ told }: Stream) => told.map(({ type }) => type);
  const labelled = (a: string, labels: object) => configMap({ a }, { labels });

  it("begins with what there is, or with what came after a version", () => {
    const before = now();
    world().put(configMap({ a: "1" }));
    world().put(configMap({ a: "2" }));
    expect(types(watch({}))).to.deep.equal(["ADDED"]);
    expect(types(watch(before))).to.deep.equal(["ADDED", "MODIFIED"]);
    expect(types(watch(now()))).to.deep.equal([]);
  });
  it("tells of an object that starts matching as added, and of one that stops as deleted, as it was", () => {
    const stream = watch({ ...now(), labelSelector: "app=web" });
    world().put(labelled("1", { app: "db" }));
    world().put(labelled("2", { app: "web" }));
    world().put(labelled("3", { app: "web" }));
    world().put(labelled("4", { app: "db" }));
    world().store.remove(world().resource("v1", "ConfigMap"), labelled("4", {}));
    expect(types(stream)).to.deep.equal(["ADDED", "MODIFIED", "DELETED"]);
    const last = stream.told[2]?.object;
    expect(last?.data).to.deep.equal({ a: "3" });
    expect(Number(last?.metadata.resourceVersion)).to.equal(
      Number(stream.told[1]?.object.metadata.resourceVersion) + 1,
    );
  });
  it("keeps to its kind and namespace", () => {
    const stream = watch(now());
    world().put(configMap({}, { namespace: "other" }));
    world().put({ ...configMap({}), kind: "Secret" });
    expect(stream.told).to.deep.equal([]);
  });
  it("ends the list it began with by a bookmark, for those who ask", () => {
    world().put(configMap({}));
    const asked = { sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan", resourceVersion: "0" };
    expect(types(watch(asked))).to.deep.equal(["ADDED"]);
    const stream = watch({ ...asked, allowWatchBookmarks: "true" });
    expect(types(stream)).to.deep.equal(["ADDED", "BOOKMARK"]);
    expect(stream.told[1]?.object).to.deep.include({ kind: "ConfigMap" });
    expect(stream.told[1]?.object.metadata).to.deep.include({
      ...now(),
      annotations: { "k8s.io/initial-events-end": "true" },
    });
  });
  it("says the version reached when its time is over", async () => {
    const stream = watch({ ...now(), allowWatchBookmarks: "true", timeoutSeconds: "0.01" });
    await new Promise((resolve) => stream.once("close", resolve));
    expect(types(stream)).to.deep.equal(["BOOKMARK"]);
    world().put(configMap({}));
    expect(types(stream)).to.deep.equal(["BOOKMARK"]);
  });
  it("refuses versions it has forgotten, and what is no version", () => {
    const old = now();
    for (let n = 0; n <= 2_000; n++) world().put(configMap({ a: String(n) }));
    expect(refusal(() => watch(old)).code).to.equal(410);
    expect(refusal(() => watch({ resourceVersion: "x" })).code).to.equal(500);
  });
});
