import { expect } from "chai";
import { placementOn, poolsOf } from "../../infra/node-pools";
import { configOf } from "../support/pulumi";

describe("the typed set of pools", () => {
  it("[A3.1] production has all four, dev what it needs", () => {
    expect(poolsOf(configOf("production")).map(({ name }) => name)).to.deep.equal([
      "general",
      "spot",
      "storage",
      "gpu",
    ]);
    expect(poolsOf(configOf("dev")).map(({ name }) => name)).to.deep.equal(["general", "spot"]);
  });
  it("[A3.2] label, taint and toleration agree for every pool", () => {
    for (const pool of poolsOf(configOf("production"))) {
      const { nodeSelector, tolerations } = placementOn(pool.name);
      expect(nodeSelector).to.deep.equal(pool.labels);
      expect(tolerations.map(({ key, value, effect }) => ({ key, value, effect }))).to.deep.equal(pool.taints);
    }
  });
  it("keeps ordinary pods off spot, storage and gpu, and lets them on general", () => {
    expect(poolsOf(configOf("production")).map(({ taints }) => taints.length)).to.deep.equal([0, 1, 1, 1]);
  });
});
