import { expect } from "chai";
import { parseDuration } from "../../../../../orchestrator/engine/builtin/deploy/goal";

describe("goal", () => {
  it("reads durations as Go writes them, in seconds", () => {
    expect(parseDuration("1h2m3.5s")).to.equal(3723.5);
    expect(parseDuration("10m")).to.equal(600);
    expect(parseDuration("250ms")).to.equal(0.25);
    expect(parseDuration("")).to.equal(undefined);
  });

  it("refuses what is not a duration", () => {
    expect(() => parseDuration("5 minutes")).to.throw('invalid duration "5 minutes"');
  });
});
