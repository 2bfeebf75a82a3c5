import { expect } from "chai";
import { compare } from "../../../../orchestrator/sandbox/kubernetes/diff";
import { AUTONAMED } from "../../../../orchestrator/sandbox/kubernetes/inputs";
import type { Properties } from "../../../../orchestrator/sandbox/provider/serve";

const of = (type: string, kind: string, apiVersion: string) => (olds: Properties, news: Properties) => {
  const whole = (given: Properties): Properties => ({ apiVersion, kind, metadata: { name: "it" }, ...given });
  return compare(type, whole(olds), whole(news));
};
const settings = of("kubernetes:core/v1:ConfigMap", "ConfigMap", "v1");
const deployment = of("kubernetes:apps/v1:Deployment", "Deployment", "apps/v1");
const pod = of("kubernetes:core/v1:Pod", "Pod", "v1");

describe("what an update of an object means", () => {
  it("is nothing where nothing differs", () =>
    expect(settings({ data: { a: "1" } }, { data: { a: "1" } })).to.deep.equal({
      changes: false,
      replaces: [],
      diffs: [],
      deleteBeforeReplace: false,
    }));
  it("is told by path, as deep as both sides go", () => {
    const before = { spec: { replicas: 1, template: { spec: { containers: [{ name: "a", image: "a:1" }] } } } };
    const after = { spec: { replicas: 2, template: { spec: { containers: [{ name: "a", image: "a:2" }] } } } };
    expect(deployment(before, after).diffs).to.deep.equal(["spec.replicas", "spec.template.spec.containers.0.image"]);
    expect(deployment(before, { spec: { ...after.spec, template: { spec: { containers: [] } } } }).diffs).to.include(
      "spec.template.spec.containers",
    );
  });
  it("is another object where Kubernetes keeps a field for good", () => {
    expect(settings({ data: { a: "1" } }, { data: { a: "2" } }).replaces).to.deep.equal(["data.a"]);
    const selector = (app: string) => ({ spec: { selector: { matchLabels: { app } } } });
    expect(deployment(selector("a"), selector("b")).replaces).to.deep.equal(["spec.selector.matchLabels.app"]);
    expect(deployment({ spec: { replicas: 1 } }, { spec: { replicas: 2 } }).replaces).to.deep.equal([]);
  });
  it("is another pod by all but the few things a pod may change", () => {
    const spec = (image: string, nodeName: string) => ({ spec: { nodeName, containers: [{ image }] } });
    expect(pod(spec("a:1", "n"), spec("a:2", "n")).replaces).to.deep.equal([]);
    expect(pod(spec("a:1", "n"), spec("a:1", "m")).replaces).to.deep.equal(["spec.nodeName"]);
  });
  it("is another object by another name, namespace, kind or group, and not by another version of the group", () => {
    const named = (name: string, namespace = "demo") => ({ metadata: { name, namespace } });
    expect(settings(named("a"), named("b")).replaces).to.deep.equal(["metadata.name"]);
    expect(settings(named("a"), named("a", "other")).replaces).to.deep.equal(["metadata.namespace"]);
    const version = (apiVersion: string) => ({ apiVersion });
    expect(deployment(version("apps/v1beta1"), version("apps/v1")).replaces).to.deep.equal([]);
    expect(deployment(version("extensions/v1"), version("apps/v1")).replaces).to.deep.equal(["apiVersion"]);
  });
  it("deletes first where both would have one name, and makes first where the name was made up", () => {
    const data = (a: string, metadata: Properties = { name: "it" }) => ({ data: { a }, metadata });
    expect(settings(data("1"), data("2")).deleteBeforeReplace).to.equal(true);
    const made = { name: "it", annotations: { [AUTONAMED]: "true" } };
    expect(settings(data("1", made), data("2", made)).deleteBeforeReplace).to.equal(false);
    expect(settings(data("1", { name: "a" }), data("2", { name: "b" })).deleteBeforeReplace).to.equal(false);
  });
  it("is nothing by what only the provider writes", () => {
    const bare = { metadata: { name: "it" } };
    const marked = { metadata: { name: "it", annotations: { [AUTONAMED]: "true" } }, __fieldManager: "x" };
    expect(settings(bare, marked).changes).to.equal(false);
  });
  it("never replaces what a Patch changes, except by its name", () => {
    const patch = of("kubernetes:core/v1:ConfigMapPatch", "ConfigMap", "v1");
    expect(patch({ data: { a: "1" } }, { data: { a: "2" } }).replaces).to.deep.equal([]);
    expect(patch({ metadata: { name: "a" } }, { metadata: { name: "b" } }).replaces).to.deep.equal(["metadata.name"]);
  });
});
