import { expect } from "chai";
import { instanceHourly, prices, regionFactor } from "../../../orchestrator/cost/prices";
import { configOf } from "../../support/pulumi";

describe("the price table", () => {
  it("prices sizes of a family in proportion", () => {
    expect(instanceHourly("m7g.large")).to.equal(0.0816);
    expect(instanceHourly("m7g.medium")).to.be.closeTo(0.0408, 1e-9);
    expect(instanceHourly("m7g.4xlarge")).to.be.closeTo(0.6528, 1e-9);
  });
  it("makes nothing up about what it does not know", () => {
    for (const type of ["z9.large", "m7g.metal", "m7g", ""]) expect(instanceHourly(type), type).to.equal(undefined);
    expect(regionFactor("mars-north-1")).to.equal(undefined);
  });
  it("knows every instance type and region of the three environments", () => {
    for (const environment of ["dev", "staging", "production"]) {
      const { region, cluster, nodePools } = configOf(environment);
      const pools = [nodePools.general, nodePools.spot, nodePools.storage, nodePools.gpu];
      const types = [cluster.system.instanceType, ...pools.flatMap((pool) => pool?.instanceTypes ?? [])];
      expect(types.filter((type) => instanceHourly(type) === undefined)).to.deep.equal([]);
      expect(regionFactor(region)).to.not.equal(undefined);
    }
  });
  it("says when it was last looked at", () => expect(prices.asOf).to.match(/^\d{4}-\d\d-\d\d$/));
});
