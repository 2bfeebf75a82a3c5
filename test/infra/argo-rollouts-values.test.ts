import { expect } from "chai";
import { argoRolloutsValues } from "../../infra/argo-rollouts-values";
import { canaryManifests } from "../../infra/strategy/canary";
import { configOf } from "../support/pulumi";

describe("the values of Argo Rollouts", () => {
  const production = argoRolloutsValues(configOf("production"));

  it("[B2.4] run the controller twice with a budget where availability counts, and once in dev", () => {
    expect(production.controller).to.deep.include({ replicas: 2, pdb: { enabled: true, minAvailable: 1 } });
    expect(argoRolloutsValues(configOf("dev")).controller).to.deep.include({ replicas: 1 });
  });
  it("keep the kinds when the chart goes, and with them what runs", () => {
    expect(production).to.deep.include({ installCRDs: true, keepCRDs: true });
  });
  it("[D5.3] bring the plugin that a canary's route asks for, from a folder of the pod and not from the Internet", () => {
    const [plugin] = production.controller.trafficRouterPlugins;
    const rollout = canaryManifests({
      name: "app",
      namespace: "production",
      selector: {},
      route: "app",
      prometheus: "http://prometheus:9090",
      load: { image: "load", labels: {} },
    }).find(({ kind }) => kind === "Rollout");
    expect(rollout?.["spec"])
      .to.have.nested.property("strategy.canary.trafficRouting.plugins")
      .with.keys(String(plugin?.name));
    const [init] = production.controller.initContainers;
    const [mount] = production.controller.volumeMounts;
    expect(plugin?.location).to.equal(`file://${init?.command.at(-1)}/${init?.command[1]?.split("/").at(-1)}`);
    expect(init?.command.at(-1)).to.equal(mount?.mountPath);
    expect(init?.image).to.match(/:v\d+\.\d+\.\d+$/);
  });
  it("[E4.2] have rights on routes of the Gateway API alone", () => {
    const on = Object.entries(production.providerRBAC.providers).filter(([, enabled]) => enabled);
    expect(on.map(([name]) => name)).to.deep.equal(["gatewayAPI"]);
    expect(production.dashboard).to.deep.equal({ enabled: false });
  });
});
