import { expect } from "chai";
import { awakeShare } from "../../../orchestrator/cost/awake";
import { estimate } from "../../../orchestrator/cost/estimate";
import { configOf } from "../../support/pulumi";

describe("the share of the week in which nodes are there [H4.3]", () => {
  it("is all of it without working hours, as in production", () =>
    expect(awakeShare(configOf("production"))).to.equal(1));
  it("is 65 of 168 hours in dev, a day named twice counted once", () => {
    expect(awakeShare(configOf("dev"))).to.be.closeTo(65 / 168, 1e-9);
    const workingHours = {
      timeZone: "UTC",
      days: ["monday" as const, "monday" as const],
      start: "07:30",
      end: "10:00",
    };
    expect(awakeShare({ cost: { teams: [], workingHours } })).to.be.closeTo(2.5 / 168, 1e-9);
  });
  it("takes nodes and their disks down with it, and says so; the control plane stays", () => {
    const resources = [
      { urn: "u::cluster", type: "aws:eks/cluster:Cluster", inputs: {} },
      {
        urn: "u::g",
        type: "aws:eks/nodeGroup:NodeGroup",
        inputs: { nodeGroupName: "g", instanceTypes: ["m7g.large"], scalingConfig: { desiredSize: 1 } },
      },
    ];
    const half = estimate(resources, "us-east-1", 0.5);
    expect(half.total).to.be.closeTo(73 + 0.0816 * 730 * 0.5, 0.01);
    expect(half.lines.map(({ what }) => what)).to.include("1 × m7g.large in g, 50 % of the week");
  });
});
