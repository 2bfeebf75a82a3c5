import { expect } from "chai";
import { architectureOf, capacityOf } from "../../../../orchestrator/sandbox/aws/instances";

describe("instance types of the rehearsal", () => {
  it("offer what EC2 says of them", () => {
    expect(capacityOf("m7g.large", 110)).to.deep.equal({
      cpu: "2",
      memory: "8Gi",
      pods: "110",
      "ephemeral-storage": "50Gi",
    });
    expect(capacityOf("c7g.xlarge", 58)).to.include({ cpu: "4", memory: "8Gi", pods: "58" });
    expect(capacityOf("r7i.2xlarge", 58)).to.include({ cpu: "8", memory: "64Gi" });
  });
  it("[A3.1] have a GPU where the family has, and else none", () => {
    expect(capacityOf("g5.xlarge", 58)).to.include({ "nvidia.com/gpu": "1" });
    expect(capacityOf("m7g.xlarge", 58)).to.not.have.property("nvidia.com/gpu");
  });
  for (const unknown of ["", "m7g", "large", "m7g.huge", ".large", "7g.large"])
    it(`are not "${unknown}"`, () => expect(capacityOf(unknown, 58)).to.equal(undefined));
  it("run on ARM when the family's generation is followed by a g", () => {
    expect(["m7g.large", "c7gn.large"].map(architectureOf)).to.deep.equal(["arm64", "arm64"]);
    expect(["m7i.large", "g5.xlarge"].map(architectureOf)).to.deep.equal(["amd64", "amd64"]);
  });
});
