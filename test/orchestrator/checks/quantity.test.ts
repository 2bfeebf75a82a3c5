import { expect } from "chai";
import { quantityOf } from "../../../orchestrator/checks/quantity";

describe("a Kubernetes quantity", () => {
  it("is read in all its units", () => {
    expect(["250m", "2", "1.5", "1Ki", "32Gi", "1k", "1e3"].map(quantityOf)).to.deep.equal([
      0.25,
      2,
      1.5,
      1024,
      32 * 2 ** 30,
      1000,
      1000,
    ]);
  });
  it("is no number when it is none", () => {
    for (const text of ["", "much", "1Xi", "Gi"]) expect(quantityOf(text), text).to.be.NaN;
  });
});
