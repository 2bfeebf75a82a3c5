import { expect } from "chai";
import { broken, COPIES } from "../../../orchestrator/checks/rollout-probe";

describe("what a rolling update promises [C5.2]", () => {
  const seen = { changes: 9, fewest: COPIES, ended: true };

  it("is kept where no pod was missing at any change", () => expect(broken(seen)).to.equal(undefined));
  it("is broken by one moment with a Ready pod less", () =>
    expect(broken({ ...seen, fewest: COPIES - 1 })).to.equal("had 1 Ready pods at one moment, 2 are promised"));
  it("is not proven by an update that did not end, or that nobody saw", () => {
    expect(broken({ ...seen, ended: false })).to.include("was not rolled out");
    expect(broken({ ...seen, changes: 2 })).to.include("too few to have been seen");
  });
});
