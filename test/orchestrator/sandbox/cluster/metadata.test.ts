import { expect } from "chai";
import { validateMetadata } from "../../../../orchestrator/sandbox/cluster/metadata";
import type { KubeObject } from "../../../../orchestrator/sandbox/cluster/object";
import { configMap, refusal, useWorld, workload } from "./fixture";

describe("names, labels and annotations", () => {
  const world = useWorld();
  const judge = (object: KubeObject) => validateMetadata(world().resource(object.apiVersion, object.kind), object);
  const refuses = (metadata: object) => refusal(() => judge(configMap({}, metadata))).message;

  it("may be what Kubernetes says", () => {
    judge(
      configMap(
        {},
        {
          name: "a.b-c.1",
          labels: { "app.kubernetes.io/name": "Web_1", empty: "" },
          annotations: { "Any/Thing": "at all: ✓" },
        },
      ),
    );
    judge({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "system:Any:role" } });
  });
  it("are refused with the field and the rule", () => {
    expect(refuses({ name: "-a" })).to.include('metadata.name: Invalid value: "-a": a lowercase RFC 1123 subdomain');
    expect(refuses({ labels: { "a b": "c" } })).to.include(
      'metadata.labels: Invalid value: "a b": name part must consist',
    );
    expect(refuses({ labels: { a: "b c" } })).to.include(
      'metadata.labels: Invalid value: "b c": a valid label must be',
    );
    expect(refuses({ labels: { "": "b" } })).to.include("name part must be non-empty");
    expect(refuses({ annotations: { "a/b/c": "d" } })).to.include("metadata.annotations: Invalid value");
  });
  it("are told all at once", () => {
    expect(refuses({ name: "A", labels: { "a b": "c d" } })).to.match(
      /is invalid: \[metadata\.name: .*, metadata\.labels: .*, metadata\.labels: .*\]$/,
    );
  });
  it("cannot be read when a label is no text", () => {
    expect(refuses({ labels: { a: 1 } })).to.equal(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    );
  });
  it("of a template's pods are judged with the template", () => {
    const template = { metadata: { labels: { app: "web", "a b": "c" } } };
    expect(refusal(() => judge(workload("Deployment", { template }))).message).to.include(
      'spec.template.labels: Invalid value: "a b"',
    );
  });
  it("of a namespace and a Service have no dots", () => {
    expect(refusal(() => judge({ apiVersion: "v1", kind: "Namespace", metadata: { name: "a.b" } })).message).to.include(
      "must not contain dots",
    );
    expect(refusal(() => judge({ apiVersion: "v1", kind: "Service", metadata: { name: "a.b" } })).message).to.include(
      "must not contain dots",
    );
  });
});
