import { expect } from "chai";
import { parse } from "yaml";
import { chartFiles } from "../../../orchestrator/deliver/charts";
import { environments, release } from "./delivery";

const waves = new Map([["Metrics", 8]]);
const files = chartFiles(environments({ dev: [release(1)], production: [release(2)] }), waves);
const at = (name: string) => parse(String(files.get(name)?.content)) as Record<string, never>;

describe("charts of a delivery", () => {
  it("have what is alike once, and per environment what it adds [A20.1] [A20.2]", () => {
    expect(at("apps/base/stack/values.yaml")).to.deep.equal({ image: { tag: "v1" } });
    expect(at("apps/overlays/dev/stack/values.yaml")).to.deep.equal({ replicas: 1 });
    expect(at("apps/overlays/production/stack/values.yaml")).to.deep.equal({ replicas: 2 });
  });
  it("are applications at the exact version, in the order of the phases, with those values [A20.1] [F2.4]", () => {
    const { metadata, spec } = at("apps/root/dev/stack.yaml") as unknown as {
      metadata: { annotations: Record<string, string> };
      spec: { sources: { repoURL: string }[]; destination: object };
    };
    expect(metadata.annotations["argocd.argoproj.io/sync-wave"]).to.equal("8");
    expect(spec.sources[0]).to.deep.equal({
      repoURL: "ghcr.io/charts",
      chart: "stack",
      targetRevision: "1.2.3",
      helm: {
        releaseName: "stack",
        valueFiles: ["$values/apps/base/stack/values.yaml", "$values/apps/overlays/dev/stack/values.yaml"],
      },
    });
    expect(spec.sources[1]).to.include({ ref: "values" });
    expect(spec.destination).to.include({ namespace: "monitoring" });
  });
  it("come from a repository of charts by its own address", () => {
    const classic = release(1, { chart: "stack", repositoryOpts: { repo: "https://charts.example.com" } });
    const text = String(chartFiles(environments({ dev: [classic] }), waves).get("apps/root/dev/stack.yaml")?.content);
    expect((parse(text) as { spec: { sources: object[] } }).spec.sources[0]).to.include({
      repoURL: "https://charts.example.com",
      chart: "stack",
    });
  });
  it("may go into their own namespaces only, from their own sources only", () => {
    const { spec } = at("apps/root/dev/project.yaml") as unknown as { spec: Record<string, unknown[]> };
    expect(spec["destinations"]).to.deep.equal([{ server: "https://kubernetes.default.svc", namespace: "monitoring" }]);
    expect(spec["sourceRepos"]).to.include("ghcr.io/charts").and.not.include("*");
    expect(JSON.stringify(spec["clusterResourceWhitelist"])).to.not.include("*");
  });
});
