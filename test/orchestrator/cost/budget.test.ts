import { expect } from "chai";
import { dollars, judgeBudget } from "../../../orchestrator/cost/budget";
import type { Estimate } from "../../../orchestrator/cost/estimate";

const budget = {
  compute: 300,
  storage: 100,
  network: 50,
  monitoring: 50,
  recovery: 0,
  limit: 1000,
  contacts: ["us@example.com"],
};
const costing = (compute: number): Estimate => ({
  lines: [],
  byArea: { compute, storage: 0, network: 0, monitoring: 0, recovery: 0 },
  total: compute,
  ceiling: 0,
  gaps: [],
  asOf: "2026-11-21",
});

describe("a budget over an estimate [B5.2] [E5.5]", () => {
  it("says nothing while it is kept, to the dollar", () =>
    expect(judgeBudget(costing(300), budget, "dev")).to.deep.equal({ warnings: [] }));
  it("warns of every area above it", () =>
    expect(judgeBudget(costing(801), budget, "dev")).to.deep.equal({
      warnings: ["compute: about $801 a month, above its budget of $300 (B5)"],
    }));
  it("shuts the gate above the limit, and says where that is set", () => {
    const { refusal } = judgeBudget(costing(1250.4), budget, "dev");
    expect(refusal?.reason).to.equal(
      "dev would cost about $1,250 a month, above its limit of $1,000; nothing was touched",
    );
    expect(refusal?.fix).to.include("slipway:budget.limit in Pulumi.dev.yaml");
    expect(judgeBudget(costing(1000), budget, "dev").refusal).to.equal(undefined);
  });
  it("writes whole dollars", () => expect(dollars(1250.4)).to.equal("$1,250"));
});
