import { expect } from "chai";
import {
  at,
  conditionOf,
  listAt,
  pathOf,
  refOf,
  selects,
  type KubeObject,
} from "../../../../orchestrator/sandbox/kubernetes/object";

const pod: KubeObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "demo" },
  spec: { containers: [{ name: "a" }] },
  status: { conditions: [{ type: "Ready", status: "True" }] },
};

describe("parts of a Kubernetes object", () => {
  it("are found by path, and missing where a step is", () => {
    expect(at(pod, "spec", "containers", 0, "name")).to.equal("a");
    expect(at(pod, "spec", "volumes", 0, "name")).to.equal(undefined);
    expect(at(null, "spec")).to.equal(undefined);
  });
  it("are lists, empty where there is none", () => {
    expect(listAt(pod, "spec", "containers")).to.have.length(1);
    expect(listAt(pod, "spec", "volumes")).to.deep.equal([]);
    expect(listAt(pod, "spec"), "no list").to.deep.equal([]);
  });
  it("name it, with its namespace when it has one", () => {
    expect(refOf(pod)).to.deep.equal({ apiVersion: "v1", kind: "Pod", name: "web", namespace: "demo" });
    expect(pathOf({ name: "web", namespace: "demo" })).to.equal("demo/web");
    expect([pathOf({ name: "node" }), pathOf({ name: "node", namespace: "" })]).to.deep.equal(["node", "node"]);
  });
  it("are conditions by type", () => {
    expect(conditionOf(pod, "Ready")?.status).to.equal("True");
    expect([conditionOf(pod, "Synced"), conditionOf(undefined, "Ready")]).to.deep.equal([undefined, undefined]);
  });
  it("match a selector when every label of it is there", () => {
    expect(selects({ a: "1" }, { a: "1", b: "2" })).to.equal(true);
    expect(selects({ a: "1", b: "3" }, { a: "1", b: "2" })).to.equal(false);
    expect(selects({ a: "1" })).to.equal(false);
    expect(selects({}, { a: "1" }), "an empty selector takes all").to.equal(true);
  });
});
