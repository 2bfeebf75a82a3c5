import { expect } from "chai";
import type { KubeObject } from "../../../../orchestrator/sandbox/cluster/object";
import { ResourceTable } from "../../../../orchestrator/sandbox/cluster/resources";

const widgets: KubeObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.test.dev" },
  spec: {
    group: "test.dev",
    scope: "Namespaced",
    names: { kind: "Widget", plural: "widgets" },
    versions: [
      { name: "v1", served: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: "object" } } },
      { name: "v1alpha1", served: false },
    ],
  },
};

describe("the kinds of the embedded API", () => {
  it("knows built-in kinds by path and by name, with scope and subresources", () => {
    const table = new ResourceTable();
    expect(table.at("apps", "v1", "deployments")).to.deep.include({
      namespaced: true,
      subresources: ["status", "scale"],
    });
    expect(table.ofKind("v1", "Node")).to.deep.include({ plural: "nodes", namespaced: false });
    expect(table.ofKind("apps/v1", "Pod")).to.equal(undefined);
  });
  it("serves a definition's served versions with their schema, and none after its end", () => {
    const table = new ResourceTable();
    table.define(widgets);
    expect(table.at("test.dev", "v1", "widgets")).to.deep.include({
      subresources: ["status"],
      schema: { type: "object" },
    });
    expect(table.at("test.dev", "v1alpha1", "widgets")).to.equal(undefined);
    table.undefine(widgets);
    expect(table.ofKind("test.dev/v1", "Widget")).to.equal(undefined);
  });
  it("lists every kind once by its path", () => {
    const paths = new ResourceTable().all().map(({ group, version, plural }) => `${group}/${version}/${plural}`);
    expect(new Set(paths).size).to.equal(paths.length);
  });
});
