import { expect } from "chai";
import { stableSpec, stableTree } from "../../../infra/environments/stable";
import { imageOf } from "../../support/environments";
import { configOf } from "../../support/pulumi";

const configs = ["dev", "staging", "production"].map(configOf);
const images = { dev: imageOf("a"), staging: imageOf("b"), production: imageOf("c") };

describe("the stable environments", () => {
  it("[C1.1] are QA on the dev cluster, staging and production on their own", () => {
    const specs = configs.map((config) => stableSpec(config, imageOf("a")));
    expect(specs.map((spec) => `${spec?.kind} ${spec?.names.host}`)).to.deep.equal([
      "qa qa.dev.slipway.example",
      "staging staging.slipway.example",
      "production api.slipway.example",
    ]);
  });
  it("[C1.9] take their database from the settings; a cluster without any has no environment", () => {
    const [dev] = configs;
    expect(dev && stableSpec(dev, "x")?.database.host).to.equal("app.qa.db.slipway.example");
    const { application: _application, ...without } = configs[1] ?? configOf("staging");
    expect(stableSpec(without, "x")).to.equal(undefined);
    expect([...stableTree([without], images, "apps/shop")]).to.deep.equal([]);
  });
  it("[C7.1] have a base, an overlay each and a GitOps object each, each with its own image", () => {
    const tree = stableTree(configs, images, "apps/shop");
    const names = [...tree.keys()];
    for (const kind of ["qa", "staging", "production"])
      expect(names).to.include.members([
        `overlays/${kind}/kustomization.yaml`,
        `overlays/${kind}/guards/kustomization.yaml`,
        `delivery/${kind}.yaml`,
      ]);
    expect(names).to.include("base/kustomization.yaml");
    expect(JSON.stringify(tree.get("overlays/staging/kustomization.yaml"))).to.include("b".repeat(64));
    expect(tree.get("delivery/production.yaml")).to.have.nested.property(
      "spec.source.path",
      "apps/shop/overlays/production",
    );
    expect(tree.get("delivery/production.yaml")).to.have.nested.property("spec.source.targetRevision", "v1.0.0");
  });
  it("[C3.1] QA takes every merge: it follows the branch, by itself, and QA engineers write in it", () => {
    const tree = stableTree(configs, images, "apps/shop");
    expect(tree.get("delivery/qa.yaml")).to.have.nested.property("spec.source.targetRevision", "main");
    expect(tree.get("delivery/qa.yaml")).to.have.nested.property("spec.syncPolicy.automated.selfHeal", true);
    const binding = tree.get("overlays/qa/guards/rolebinding-write.yaml") as { subjects: { name: string }[] };
    expect(binding.subjects.map(({ name }) => name)).to.deep.equal([configs[0]?.security.groups.qaEngineers]);
  });
  it("[C7.3] graded overlays set one, two and five copies, production's its resources and autoscaler", () => {
    const graded = configs.map((config) => ({
      ...config,
      ...(config.application && { application: { ...config.application, profile: "graded" as const } }),
    }));
    const tree = stableTree(graded, images, "apps/shop");
    const patches = (kind: string) => JSON.stringify(tree.get(`overlays/${kind}/kustomization.yaml`));
    expect(tree.get("base/deployment-app.yaml")).to.have.nested.property("spec.replicas", 1);
    expect(tree.get("overlays/staging/rollout-app.yaml")).to.have.nested.property("spec.replicas", 2);
    expect(tree.get("overlays/production/horizontalpodautoscaler-app.yaml")).to.have.nested.property(
      "spec.minReplicas",
      5,
    );
    expect(patches("production")).to.include("4000m").and.to.include("sha256:");
    expect(patches("production")).to.not.include("latest");
  });
});
