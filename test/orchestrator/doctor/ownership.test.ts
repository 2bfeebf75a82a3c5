import { expect } from "chai";
import { examineOwnership } from "../../../orchestrator/doctor/ownership";
import { expectRemedies, missing } from "./fixture";

describe("who answers for a cluster", () => {
  it("needs an owner and a runbook that are not empty [A0.4]", () => {
    expect(missing(examineOwnership("dev", { owner: "platform", runbook: "https://x" }))).to.deep.equal([]);
    const items = examineOwnership("dev", { owner: " ", runbook: "" });
    expect(missing(items)).to.deep.equal(["owner", "runbook"]);
    expectRemedies(items);
  });

  it("is told with the environment and the file to mend [A0.4]", () => {
    const [owner] = examineOwnership("production", { owner: "", runbook: "https://x" });
    expect(owner).to.include({ environment: "production", requirement: "A0.4" });
    expect(owner?.remedy).to.include("Pulumi.production.yaml").and.include("slipway:owner");
  });
  it("is told as it is written", () => {
    const items = examineOwnership("dev", { owner: "team platform", runbook: "https://runbooks.example/dev" });
    expect(items.map(({ detail }) => detail)).to.deep.equal(["team platform", "https://runbooks.example/dev"]);
  });
});
