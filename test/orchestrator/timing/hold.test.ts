import { expect } from "chai";
import { heldUntil, holdTag, longerHold } from "../../../orchestrator/timing/hold";

describe("a hold on an environment's nodes [H4.3]", () => {
  const until = new Date("2026-11-24T23:00:00.500Z");
  it("is written as the state machine reads it, and read back", () => {
    expect(holdTag(until)).to.deep.equal({ "slipway-hold-until": "2026-11-24T23:00:00Z" });
    expect(heldUntil(holdTag(until))?.toISOString()).to.equal("2026-11-24T23:00:00.000Z");
  });
  it("is none without a tag, or with one that is no time", () => {
    expect(heldUntil(undefined)).to.equal(undefined);
    expect(heldUntil({})).to.equal(undefined);
    expect(heldUntil({ "slipway-hold-until": "until Friday" })).to.equal(undefined);
  });
  it("is never made shorter", () => {
    const sooner = new Date(until.getTime() - 1000);
    expect(longerHold(until, sooner)).to.equal(undefined);
    expect(longerHold(until, until)).to.equal(undefined);
    expect(longerHold(sooner, until)).to.equal(until);
    expect(longerHold(undefined, until)).to.equal(until);
  });
});
