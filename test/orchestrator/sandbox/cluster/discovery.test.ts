import { expect } from "chai";
import { discovery } from "../../../../orchestrator/sandbox/cluster/discovery";
import { ResourceTable } from "../../../../orchestrator/sandbox/cluster/resources";

const at = (path: string) => discovery(path, new ResourceTable().all(), "1.36") as Record<string, unknown> | undefined;

describe("discovery of the embedded API", () => {
  it("says its version as that of the cluster", () => {
    expect(at("/version")).to.include({ major: "1", minor: "36" });
    expect(at("/version")?.["gitVersion"]).to.match(/^v1\.36\./);
  });
  it("lists groups with their versions, the core group apart", () => {
    const names = (at("/apis")?.["groups"] as { name: string; preferredVersion: object }[]).map(({ name }) => name);
    expect(names).to.include.members(["apps", "batch", "networking.k8s.io"]);
    expect(names).not.to.include("");
    expect(at("/api")?.["versions"]).to.deep.equal(["v1"]);
  });
  it("lists the resources of a version with their subresources", () => {
    const resources = at("/api/v1")?.["resources"] as { name: string; namespaced: boolean; verbs: string[] }[];
    const names = resources.map(({ name }) => name);
    expect(names).to.include.members(["pods", "pods/log", "pods/eviction", "pods/status", "nodes"]);
    expect(resources.find(({ name }) => name === "nodes")?.namespaced).to.equal(false);
    expect(resources.find(({ name }) => name === "pods")?.verbs).to.include.members(["get", "list", "watch", "patch"]);
  });
  it("leaves paths alone that are no discovery", () => {
    for (const path of ["/api/v1/pods", "/apis/none.dev/v1", "/apis/none.dev", "/"])
      expect(at(path), path).to.equal(undefined);
  });
});
