import { expect } from "chai";
import { applyTo, leavesOf, recordUpdate } from "../../../../orchestrator/sandbox/cluster/apply";
import type { KubeObject } from "../../../../orchestrator/sandbox/cluster/object";
import { configMap, pod, refusal } from "./fixture";

const NOW = "1970-01-01T00:00:00Z";
const apply = (live: KubeObject | undefined, object: KubeObject, manager: string, force = false) =>
  applyTo(live, object, manager, force, NOW);

describe("server-side apply", () => {
  it("names the leaves of an object by field and by key of their list", () => {
    const leaves = [...leavesOf(pod("a", {}, { labels: { b: "c" } })).keys()];
    expect(leaves).to.include('/f:spec/f:containers/k:{"name":"app"}/f:image');
    expect(leaves).to.include("/f:metadata/f:labels/f:b");
    expect(leaves.some((leaf) => leaf.includes("f:namespace"))).to.equal(false);
  });
  it("lets two managers own what they agree on, and keeps it when one drops it", () => {
    const first = apply(undefined, configMap({ a: "1" }), "one");
    const second = apply(first, configMap({ a: "1" }), "two");
    expect(apply(second, configMap({}), "one")["data"]).to.deep.equal({ a: "1" });
  });
  it("removes what its only owner drops", () => {
    const live = apply(undefined, configMap({ a: "1", b: "1" }), "one");
    expect(apply(live, configMap({ b: "1" }), "one")["data"]).to.deep.equal({ b: "1" });
  });
  it("keeps what is said in a map that was empty before, and what others say in it when it is given up", () => {
    const annotated = (annotations?: Record<string, string>) => {
      const object = configMap({});
      if (annotations !== undefined) object.metadata.annotations = annotations;
      return object;
    };
    const empty = apply(undefined, annotated({}), "one");
    const filled = apply(empty, annotated({ a: "1" }), "one");
    expect(filled.metadata.annotations).to.deep.equal({ a: "1" });
    expect(apply(filled, annotated({ b: "1" }), "one").metadata.annotations).to.deep.equal({ b: "1" });
    const two = apply(empty, annotated({ b: "2" }), "two");
    expect(apply(two, annotated(), "one").metadata.annotations).to.deep.equal({ b: "2" });
    expect(apply(filled, annotated(), "one").metadata.annotations ?? {}).to.deep.equal({});
    expect(apply(empty, annotated(), "one").metadata.annotations).to.equal(undefined);
  });
  it("refuses another's value with manager and field, and takes it by force", () => {
    const live = apply(undefined, configMap({ a: "1" }), "one");
    const refused = refusal(() => apply(live, configMap({ a: "2" }), "two"));
    expect([refused.code, refused.message]).to.deep.equal([
      409,
      'Apply failed with 1 conflict: conflict with "one": .data.a',
    ]);
    const taken = apply(live, configMap({ a: "2" }), "two", true);
    expect(taken.metadata.managedFields?.map(({ manager }) => manager)).to.deep.equal(["two"]);
  });
  it("merges lists by their keys: another's container stays", () => {
    const container = (name: string) => ({ containers: [{ name, image: name }] });
    const live = apply(undefined, pod("a", container("one")), "one");
    const both = apply(live, pod("a", container("two")), "two");
    const names = (object: KubeObject) =>
      (object["spec"] as { containers: { name: string }[] }).containers.map(({ name }) => name);
    expect(names(both)).to.deep.equal(["one", "two"]);
    expect(names(apply(both, pod("a", { containers: [] }), "two"))).to.deep.equal(["one"]);
  });
  it("gives a changed field to who wrote it last, and leaves unchanged ones", () => {
    const live = apply(undefined, configMap({ a: "1", b: "1" }), "one");
    const entries = recordUpdate(live, { ...live, data: { a: "2", b: "1" } }, "editor", NOW);
    expect(entries.map(({ manager, fieldsV1 }) => [manager, fieldsV1])).to.deep.equal([
      ["one", { "f:data": { "f:b": {} } }],
      ["editor", { "f:data": { "f:a": {} } }],
    ]);
  });
});
