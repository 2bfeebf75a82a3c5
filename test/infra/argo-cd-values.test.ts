import { expect } from "chai";
import { argoCdValues } from "../../infra/argo-cd-values";
import { configOf } from "../support/pulumi";

describe("the values of Argo CD", () => {
  const production = argoCdValues(configOf("production"));
  const dev = argoCdValues(configOf("dev"));

  it("[B2.4] run its servers twice with a budget where availability counts, and once in dev", () => {
    for (const part of ["server", "repoServer", "applicationSet"] as const) {
      expect(production[part], part).to.deep.include({ replicas: 2, pdb: { enabled: true, minAvailable: 1 } });
      expect(dev[part], part).to.deep.include({ replicas: 1, pdb: { enabled: false, minAvailable: 1 } });
    }
  });
  it("bound every part that runs", () => {
    for (const part of ["controller", "server", "repoServer", "applicationSet", "redis", "redisSecretInit"] as const) {
      const { requests, limits } = production[part].resources;
      expect([requests.cpu, requests.memory, limits.cpu, limits.memory], part).to.not.include(undefined);
    }
  });
  it("[A7.1] grant nothing to whoever gets in by another way", () => {
    expect(production.configs.rbac).to.deep.equal({ "policy.default": "" });
  });
  it("[A7.7] [C6.4] let the controller read what it delivers, write nowhere by a ClusterRole, and the server nothing", () => {
    const { rules } = production.controller.clusterRoleRules;
    expect(new Set(rules.flatMap(({ verbs }) => verbs))).to.deep.equal(new Set(["get", "list", "watch"]));
    expect(JSON.stringify(rules)).to.not.include("*").and.not.include('"secrets"');
    expect(production.server.clusterRoleRules).to.deep.equal({ enabled: true, rules: [] });
    expect(production.configs.cm["resource.respectRBAC"]).to.equal("strict");
  });
  it("run no login and no notices", () => {
    expect([production.dex, production.notifications]).to.deep.equal([{ enabled: false }, { enabled: false }]);
  });
});
