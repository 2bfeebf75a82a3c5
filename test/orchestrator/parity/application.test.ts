import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { stringify } from "yaml";
import type { PlatformConfig } from "../../../infra/config";
import { stableTree } from "../../../infra/environments/stable";
import { sideOf } from "../../../orchestrator/cli/commands/parity";
import { allowed, graded } from "../../../orchestrator/parity/allowed";
import { applicationResources, strayOverlays } from "../../../orchestrator/parity/application";
import { compare, type Comparison } from "../../../orchestrator/parity/compare";
import { useFolder } from "../../support/folder";
import { configOf } from "../../support/pulumi";

type Application = NonNullable<PlatformConfig["application"]>;

describe("parity of what Git delivers", () => {
  const changed = (environment: string, change: Partial<Application> = {}): PlatformConfig => {
    const config = configOf(environment);
    if (config.application === undefined) throw new Error(`${environment} has no application`);
    return { ...config, application: { ...config.application, ...change } };
  };
  const compared = (staging: PlatformConfig, production: PlatformConfig, list = allowed): Comparison =>
    compare(sideOf(staging, applicationResources(staging)), sideOf(production, applicationResources(production)), list);
  const wrong = ({ differences }: Comparison) =>
    differences.filter(({ reason }) => reason === undefined).map(({ resource, path: at }) => `${resource} ${at}`);

  it("holds for the overlays of staging and production as shipped, and each thing on the list is there [B8.4] [C1.2]", () => {
    const result = compared(changed("staging"), changed("production"));
    expect(wrong(result)).to.deep.equal([]);
    const named = result.differences.map(({ resource }) => resource.split(" ")[1]);
    expect([...new Set(named)].toSorted()).to.deep.equal([
      "application-delivery",
      "application-deployment-app",
      "application-horizontalpodautoscaler-app",
      "application-httproute-app",
      "application-prometheusrule-app",
    ]);
  });

  it("is broken by another strategy in one of them, and by sizes of one alone [B8.2]", () => {
    const rolling = compared(changed("staging", { rollout: { by: "rolling" } }), changed("production"));
    expect(wrong(rolling).join("\n")).to.include("kubernetes:argoproj.io/v1alpha1:Rollout application-rollout-app ");
    const sizes = compared(changed("staging", { profile: "graded" }), changed("production"));
    expect(wrong(sizes).join("\n")).to.include("resources.requests.cpu");
  });

  it("holds where both have sizes of their own and the list says so (C1.7, C1.8)", () => {
    const [staging, production] = ["staging", "production"].map((one) => changed(one, { profile: "graded" }));
    if (staging === undefined || production === undefined) throw new Error("two");
    expect(wrong(compared(staging, production, [...allowed, ...graded]))).to.deep.equal([]);
    expect(wrong(compared(staging, production)).join("\n")).to.include("LOG_LEVEL");
  });

  it("has nothing to compare where the settings name no application", () => {
    const { application: _, ...without } = configOf("staging");
    expect(applicationResources(without as PlatformConfig)).to.deep.equal([]);
  });

  describe("with the overlays in the checkout", () => {
    const folder = useFolder();
    const configs = ["dev", "staging", "production"].map((one) => configOf(one));
    const image = (digit: string) => `registry.example/shop@sha256:${digit.repeat(64)}`;
    const file = (name: string) => path.join(folder(), "apps", "shop", ...name.split("/"));
    beforeEach(() => {
      const images = { dev: image("1"), staging: image("2"), production: image("3") };
      for (const [name, content] of stableTree(configs, images, "apps/shop")) {
        mkdirSync(path.dirname(file(name)), { recursive: true });
        writeFileSync(file(name), stringify(content, { lineWidth: 0, aliasDuplicateObjects: false }));
      }
    });
    const strays = async (at = folder()) => {
      const load = (environment: string) => Promise.resolve(configOf(environment));
      const found = await strayOverlays(at, ["staging", "production"], load);
      return found.map(({ resource, left, right }) => [resource, left, right]);
    };

    it("is what was rendered, whichever images promotions set, in whatever style it is written", async () => {
      expect(await strays()).to.deep.equal([]);
      const route = file("overlays/staging/httproute-app.yaml");
      writeFileSync(route, `# as the team likes it\n${readFileSync(route, "utf8")}`);
      expect(await strays()).to.deep.equal([]);
      expect(await strays(path.join(folder(), "absent"))).to.deep.equal([]);
    });

    it("names each file that somebody changed, added or took away in one environment [B8.4]", async () => {
      const overlay = file("overlays/production/kustomization.yaml");
      writeFileSync(overlay, readFileSync(overlay, "utf8").replace("200m", "400m").replaceAll("1000m", "2000m"));
      writeFileSync(file("overlays/staging/more.yaml"), "kind: ConfigMap\n");
      rmSync(file("overlays/production/httproute-app.yaml"));
      expect(await strays()).to.deep.equal([
        ["apps/shop/overlays/production/httproute-app.yaml", "there", ""],
        ["apps/shop/overlays/production/kustomization.yaml", "as the settings render it", "changed by hand"],
        ["apps/shop/overlays/staging/more.yaml", "", "there"],
      ]);
      // QA is not compared here.
      rmSync(file("overlays/qa/kustomization.yaml"));
      expect(await strays()).to.have.length(3);
    });
  });
});
