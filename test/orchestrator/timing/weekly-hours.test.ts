import { expect } from "chai";
import type { WeeklyHours } from "../../../infra/config";
import { inZone, nextStretch, stretchAt } from "../../../orchestrator/timing/weekly-hours";

const berlin: WeeklyHours = {
  timeZone: "Europe/Berlin",
  days: ["monday", "tuesday", "wednesday", "thursday", "friday"],
  start: "07:00",
  end: "20:00",
};
const inside = (hours: readonly WeeklyHours[], at: string) => stretchAt(hours, new Date(at)) !== undefined;

describe("hours of a week in a time zone [H1.4] [H4.3]", () => {
  it("begin to the minute and end before theirs", () => {
    expect(inside([berlin], "2026-11-23T05:59:59Z")).to.equal(false);
    expect(inside([berlin], "2026-11-23T06:00:00Z")).to.equal(true);
    expect(inside([berlin], "2026-11-23T18:59:59Z")).to.equal(true);
    expect(inside([berlin], "2026-11-23T19:00:00Z")).to.equal(false);
  });
  it("stay where the wall clock has them when clocks go forward", () => {
    // Sunday 28 March 2027, 02:00 → 03:00: on Friday 07:00 is 06:00 UTC, on Monday 05:00 UTC.
    expect(inside([berlin], "2027-03-26T05:30:00Z")).to.equal(false);
    expect(inside([berlin], "2027-03-29T05:30:00Z")).to.equal(true);
    expect(nextStretch([berlin], new Date("2027-03-27T12:00:00Z"))?.from.toISOString()).to.equal(
      "2027-03-29T05:00:00.000Z",
    );
  });
  it("stay where the wall clock has them when clocks go back", () => {
    // Sunday 25 October 2026, 03:00 → 02:00.
    expect(inside([berlin], "2026-10-23T05:30:00Z")).to.equal(true);
    expect(inside([berlin], "2026-10-26T05:30:00Z")).to.equal(false);
    expect(stretchAt([berlin], new Date("2026-10-26T07:00:00Z"))?.to.toISOString()).to.equal(
      "2026-10-26T19:00:00.000Z",
    );
  });
  it("over the night in which clocks change are an hour shorter in spring and longer in autumn", () => {
    const night: WeeklyHours = { ...berlin, days: ["saturday"], start: "22:00", end: "06:00" };
    const hoursOf = (at: string) => {
      const found = stretchAt([night], new Date(at));
      return ((found?.to.getTime() ?? 0) - (found?.from.getTime() ?? 0)) / 3_600_000;
    };
    expect(hoursOf("2027-03-28T00:30:00Z")).to.equal(7);
    expect(hoursOf("2026-10-25T00:30:00Z")).to.equal(9);
    expect(hoursOf("2026-11-22T00:30:00Z")).to.equal(8);
  });
  it("that pass midnight belong to the day they began on", () => {
    const night: WeeklyHours = { ...berlin, days: ["friday"], start: "22:00", end: "04:00" };
    expect(inside([night], "2026-11-28T02:00:00Z")).to.equal(true);
    expect(inside([night], "2026-11-27T02:00:00Z")).to.equal(false);
  });
  it("are those of their own zone's day, not of UTC's", () => {
    const auckland: WeeklyHours = { ...berlin, timeZone: "Pacific/Auckland", days: ["monday"] };
    // Sunday 18:30 UTC is Monday 07:30 there.
    expect(inside([auckland], "2026-11-22T18:30:00Z")).to.equal(true);
    expect(inside([auckland], "2026-11-23T18:30:00Z")).to.equal(false);
  });
  it("name the next of several, at most a week on; none has no next", () => {
    const sunday: WeeklyHours = { ...berlin, days: ["sunday"] };
    const next = nextStretch([berlin, sunday], new Date("2026-11-21T12:00:00Z"));
    expect(next?.from.toISOString()).to.equal("2026-11-22T06:00:00.000Z");
    expect(nextStretch([sunday], new Date("2026-11-22T08:00:00Z"))?.from.toISOString()).to.equal(
      "2026-11-29T06:00:00.000Z",
    );
    expect(nextStretch([], new Date("2026-11-21T12:00:00Z"))).to.equal(undefined);
    expect(inside([], "2026-11-23T12:00:00Z")).to.equal(false);
  });
  it("are told as a clock there shows them", () =>
    expect(inZone(new Date("2027-03-29T05:00:00Z"), "Europe/Berlin")).to.equal("Mon 29 Mar 07:00 (Europe/Berlin)"));
});
