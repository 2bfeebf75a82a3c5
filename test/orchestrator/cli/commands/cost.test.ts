import path from "node:path";
import { expect } from "chai";
import { costCommand, endingOf } from "../../../../orchestrator/cli/commands/cost";
import { stateCost } from "../../../../orchestrator/cost/statement";
import { useFolder } from "../../../support/folder";
import { configOf } from "../../../support/pulumi";
import { refusal } from "../../../support/refusal";
import { invocation, options } from "../fixture";
import { project } from "./project";

describe("slipway cost", function () {
  this.timeout(60_000);
  const folder = useFolder();
  const dear = (count: number) =>
    stateCost(
      configOf("dev"),
      Array.from({ length: count }, (_, i) => ({ urn: `u::c${i}`, type: "aws:eks/cluster:Cluster", inputs: {} })),
    );

  it("ends with 0 while limits are kept, warnings or not, and with 1 above one [B5.2]", () => {
    expect(endingOf([dear(1)], 0)).to.equal(0);
    expect(dear(6).warnings).to.have.length(1);
    expect(endingOf([dear(6)], 0)).to.equal(0);
    expect(endingOf([dear(1), dear(20)], 0)).to.equal(1);
  });
  it("passes on how a preview ended that failed for another reason", () => {
    expect(endingOf([dear(1)], 3)).to.equal(3);
    expect(endingOf([dear(20)], 3)).to.equal(1);
  });
  it("makes no figure up of what could not be previewed", async () => {
    const root = path.join(folder(), "project");
    project(root);
    const { invocation: made } = invocation(root);
    const error = await refusal(() => costCommand(options(path.join(folder(), "state")), made));
    expect(error).to.include({ code: "cost-unknown", kind: "failure" });
    expect(error.message).to.include("dev");
  });
});
