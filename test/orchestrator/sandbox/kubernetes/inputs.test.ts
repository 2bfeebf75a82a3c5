import { expect } from "chai";
import { UNKNOWN } from "../../../../orchestrator/engine/builtin/model";
import {
  apiVersionInToken,
  AUTONAMED,
  complete,
  isKnown,
  isPatch,
  kindInToken,
  objectOf,
  parseId,
  project,
  refFrom,
  writtenPart,
} from "../../../../orchestrator/sandbox/kubernetes/inputs";
import type { Properties } from "../../../../orchestrator/sandbox/provider/serve";
import { call } from "./fixture";

const TYPE = "kubernetes:core/v1:ConfigMap";
const header = { apiVersion: "v1", kind: "ConfigMap" };

describe("inputs of a Kubernetes resource", () => {
  it("have their kind and version in the type", () => {
    expect(kindInToken("kubernetes:apps/v1:Deployment")).to.equal("Deployment");
    expect(apiVersionInToken("kubernetes:apps/v1:Deployment")).to.equal("apps/v1");
    expect(apiVersionInToken("kubernetes:core/v1:Service")).to.equal("v1");
    expect(apiVersionInToken("kubernetes:gateway.networking.k8s.io/v1:Gateway")).to.equal(
      "gateway.networking.k8s.io/v1",
    );
  });
  it("lead to the object by id, the inputs going before the type", () => {
    expect(parseId("demo/web")).to.deep.equal({ namespace: "demo", name: "web" });
    expect(parseId("node-1")).to.deep.equal({ name: "node-1" });
    expect(refFrom("kubernetes:core/v1:ConfigMapPatch", "demo/web", {})).to.deep.equal({
      ...header,
      namespace: "demo",
      name: "web",
    });
    expect(
      refFrom("kubernetes:apiextensions.k8s.io:CustomResource", "x", { apiVersion: "a/v1", kind: "B" }),
    ).to.include({ apiVersion: "a/v1", kind: "B" });
  });
  it("are a Patch by their type, unless the kind itself is called so", () => {
    expect(isPatch("kubernetes:core/v1:ConfigMapPatch", { kind: "ConfigMap" })).to.equal(true);
    expect(isPatch("kubernetes:x/v1:EnvoyPatch", { kind: "EnvoyPatch" })).to.equal(false);
  });

  describe("when completed", () => {
    const scope = { namespaced: true, namespace: "fallback" };
    const completed = (news: Properties, olds?: Properties, in_: Parameters<typeof complete>[3] = scope) =>
      complete(call(TYPE, "My-Thing"), olds, news, in_);
    const metadata = (result: { inputs: Properties }) => result.inputs["metadata"] as Properties;

    it("keep a name that is given and get the namespace of the provider", () =>
      expect(completed({ ...header, metadata: { name: "web" } })).to.deep.equal({
        inputs: { ...header, metadata: { name: "web", namespace: "fallback" } },
        failures: [],
      }));
    it("get no namespace where the kind has none", () =>
      expect(
        metadata(completed({ ...header, metadata: { name: "x" } }, undefined, { ...scope, namespaced: false })),
      ).to.not.have.property("namespace"));
    it("keep the namespace they had while nobody can be asked whether the kind has one", () => {
      const olds = { metadata: { name: "x", namespace: "old" } };
      const result = completed({ ...header, metadata: { name: "x" } }, olds, { ...scope, namespaced: undefined });
      expect(metadata(result)["namespace"]).to.equal("old");
    });
    it("get a name of the resource's own, which stays as long as the resource", () => {
      const first = metadata(completed({ ...header }));
      expect(first["name"]).to.match(/^my-thing-[0-9a-f]{8}$/);
      expect(first["annotations"]).to.deep.equal({ [AUTONAMED]: "true" });
      const again = metadata(completed({ ...header, metadata: { annotations: { a: "b" } } }, { metadata: first }));
      expect(again["name"]).to.equal(first["name"]);
      expect(again["annotations"]).to.deep.equal({ a: "b", [AUTONAMED]: "true" });
    });
    it("get a new name where the old one was given by hand", () =>
      expect(metadata(completed({ ...header }, { metadata: { name: "by-hand" } }))["name"]).to.not.equal("by-hand"));
    it("are refused without version or kind, by name", () =>
      expect(completed({ metadata: { name: "x" } }).failures).to.deep.equal([
        { property: "apiVersion", reason: "object has no apiVersion" },
        { property: "kind", reason: "object has no kind" },
      ]));
    it("are refused as a list of the API, and as a Patch of nothing", () => {
      const list = complete(
        call("kubernetes:core/v1:ConfigMapList"),
        undefined,
        { apiVersion: "v1", kind: "ConfigMapList", items: [] },
        scope,
      );
      expect(list.failures[0]).to.deep.include({ property: "kind" });
      expect(list.failures[0]?.reason).to.include("cannot be created; declare each item by itself");
      const patch = complete(call("kubernetes:core/v1:ConfigMapPatch"), undefined, header, scope);
      expect(patch.failures).to.deep.equal([
        { property: "metadata.name", reason: "a Patch resource has to name the object it patches" },
      ]);
    });
    it("are left alone while their metadata is not known", () =>
      expect(completed({ ...header, metadata: UNKNOWN }).inputs["metadata"]).to.equal(UNKNOWN));
  });

  it("are an object without what only the engine needs", () =>
    expect(objectOf({ ...header, metadata: { name: "x" }, __fieldManager: "m", __defaults: [] })).to.deep.equal({
      ...header,
      metadata: { name: "x" },
    }));
  it("are what a person would have written of an object that exists", () =>
    expect(
      writtenPart({
        ...header,
        metadata: { name: "x", labels: { a: "b" }, uid: "u", resourceVersion: "7", managedFields: [] },
        data: { a: "1" },
        status: { phase: "x" },
      }),
    ).to.deep.equal({ ...header, metadata: { name: "x", labels: { a: "b" } }, data: { a: "1" } }));
  it("see of the live object only what they speak of", () => {
    const live = { spec: { replicas: 3, paused: false, list: [{ a: 1, b: 2 }], other: ["x", "y"] } };
    const inputs = { spec: { replicas: 1, list: [{ a: 0 }], other: ["x"], gone: 1 } };
    expect(project(live, inputs)).to.deep.equal({ spec: { replicas: 3, list: [{ a: 1 }], other: ["x", "y"] } });
  });
  it("can be asked about only when all of them are known", () => {
    expect(isKnown({ a: { b: ["c"] } })).to.equal(true);
    expect(isKnown({ a: { b: [UNKNOWN] } })).to.equal(false);
  });
});
