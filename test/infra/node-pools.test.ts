import { expect } from "chai";
import { amiTypeOf, architectureOf, hasGpu, placementOn, poolsOf } from "../../infra/node-pools";
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
  it("knows Graviton and GPUs by an instance type's name", () => {
    const arm = ["m7g.large", "c7gn.xlarge", "i8g.4xlarge", "x2gd.metal", "g5g.xlarge", "a1.large", "r8gb.large"];
    const intel = ["m7i.large", "g6.xlarge", "p5.48xlarge", "m7a.large", "t3.medium"];
    expect(arm.filter((type) => architectureOf(type) !== "arm64")).to.deep.equal([]);
    expect(intel.filter((type) => architectureOf(type) !== "amd64")).to.deep.equal([]);
    expect(["g6.xlarge", "gr6.4xlarge", "g5g.xlarge", "p5.48xlarge"].filter((type) => !hasGpu(type))).to.deep.equal([]);
    expect(["m7g.large", "i8g.large", "c7gn.large", "g4ad.xlarge"].filter(hasGpu)).to.deep.equal([]);
  });
  it("[A3.5] starts GPU nodes from the image with the driver in it", () => {
    expect(amiTypeOf("g6.xlarge")).to.equal("AL2023_x86_64_NVIDIA");
    expect(amiTypeOf("g5g.xlarge")).to.equal("AL2023_ARM_64_NVIDIA");
    expect(amiTypeOf("m7i.large")).to.equal("AL2023_x86_64_STANDARD");
    expect(amiTypeOf("m7g.large")).to.equal("AL2023_ARM_64_STANDARD");
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
