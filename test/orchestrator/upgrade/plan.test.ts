import { expect } from "chai";
import { upgradeSteps } from "../../../orchestrator/upgrade/plan";

describe("the steps of an upgrade [H1.5]", () => {
  const steps = upgradeSteps({
    environment: "staging",
    from: "1.35",
    to: "1.36",
    addons: { coredns: "v1.13.1-eksbuild.1" },
  });

  it("are control plane, nodes, add-ons and charts, in this order and each by itself", () => {
    expect(steps.map(({ title }) => title)).to.deep.equal([
      "control plane",
      "nodes",
      "add-ons",
      "charts and their definitions",
    ]);
    expect(steps[0]?.change).to.include('cluster.version: "1.36"').and.include('cluster.nodeVersion: "1.35"');
    expect(steps[0]?.change).to.include("cluster.addonVersions: {coredns: v1.13.1-eksbuild.1}");
    expect(steps[1]?.change).to.include("remove cluster.nodeVersion");
  });
  it("are proven one by one, and each has a way back", () => {
    for (const { proof, back } of steps) {
      expect(proof).to.include("slipway bootstrap --environment staging");
      expect(back).to.not.equal("");
    }
    expect(steps[0]?.back).to.include("seven days");
  });
  it("pin nothing where nothing is there to pin", () => {
    const [first] = upgradeSteps({ environment: "dev", from: "1.35", to: "1.36", addons: {} });
    expect(first?.change).to.not.include("addonVersions");
  });
});
