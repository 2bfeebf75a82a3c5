import { expect } from "chai";
import type { PlannedResource } from "../../../orchestrator/cost/estimate";
import { stateCost, tellCost } from "../../../orchestrator/cost/statement";
import { configOf } from "../../support/pulumi";

const planned = (type: string, name: string, inputs: Record<string, unknown> = {}): PlannedResource => ({
  urn: `urn:pulumi:dev::slipway::${type}::${name}`,
  type,
  inputs,
});
const nodes = (count: number) =>
  planned("aws:eks/nodeGroup:NodeGroup", "general", {
    nodeGroupName: "general",
    instanceTypes: ["m7g.xlarge"],
    scalingConfig: { desiredSize: count },
  });
const gateways = ["a", "b"].map((zone) => planned("aws:ec2/natGateway:NatGateway", zone));

describe("what an environment costs a month [B5.1] [E5.5]", () => {
  const config = configOf("dev");

  it("stands per area against its own budget, and in all against the limit", () => {
    const { areas, total, budget, limit, warnings, refusal } = stateCost(config, [nodes(1), ...gateways]);
    expect(areas.map(({ area, budget: allowed, verdict }) => [area, allowed, verdict])).to.deep.equal([
      ["compute", 300, "fits"],
      ["storage", 100, "fits"],
      ["network", 50, "above"],
      ["monitoring", 50, "fits"],
      ["recovery", 0, "fits"],
    ]);
    expect(areas.reduce((sum, { estimate }) => sum + estimate, 0)).to.be.closeTo(total, 0.01);
    expect([budget, limit]).to.deep.equal([500, config.budget.limit]);
    expect(warnings).to.have.length(1);
    expect(refusal).to.equal(undefined);
  });
  it("is refused above the limit, by how much", () => {
    const statement = stateCost(config, [nodes(40)]);
    expect(statement.refusal?.fix).to.include("slipway:budget.limit");
    expect(tellCost(statement).join("\n")).to.match(/limit \$1,000: exceeded by \$1,\d{3}/);
  });
  it("is told with the day of its prices, the lines of each area, and what it leaves out", () => {
    const text = tellCost(stateCost(config, [nodes(1), ...gateways])).join("\n");
    expect(text).to.match(/^dev in eu-central-1, USD a month at list prices of \d{4}-\d\d-\d\d/);
    expect(text).to.match(/network +\$88 +\$50 {3}above by \$38\n +\$88 {5}2 × NAT gateway/);
    expect(text).to.match(/storage +\$0 +\$100 {3}fits/);
    expect(text).to.include("limit $1,000: kept").and.include("not counted: data transfer");
  });
});
