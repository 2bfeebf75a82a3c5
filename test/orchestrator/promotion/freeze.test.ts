import { expect } from "chai";
import fc from "fast-check";
import { freezeSchema, frozenUntil } from "../../../orchestrator/promotion/freeze";

const weekend = { from: "friday 15:00", until: "monday 06:00", reason: "weekend" };
const at = (text: string) => frozenUntil(weekend, new Date(text))?.toISOString();

describe("a freeze", () => {
  it("of every week holds from its first minute to before its last, over the end of the week [D2.6]", () => {
    // 2026-01-02 is a Friday.
    expect(at("2026-01-02T14:59:59.999Z")).to.equal(undefined);
    for (const during of [
      "2026-01-02T15:00:00Z",
      "2026-01-03T23:59:59Z",
      "2026-01-04T00:00:00Z",
      "2026-01-05T05:59:59Z",
    ]) {
      expect(at(during), during).to.equal("2026-01-05T06:00:00.000Z");
    }
    expect(at("2026-01-05T06:00:00Z")).to.equal(undefined);
  });

  it("between two dates holds between them", () => {
    const once = { from: "2026-12-20T00:00:00Z", until: "2027-01-02T00:00:00Z", reason: "end of year" };
    expect(frozenUntil(once, new Date("2026-12-19T23:59:59Z"))).to.equal(undefined);
    expect(frozenUntil(once, new Date("2026-12-31T00:00:00Z"))).to.deep.equal(new Date(once.until));
    expect(frozenUntil(once, new Date(once.until))).to.equal(undefined);
  });

  it("ends when it says it ends: one minute before it still holds, then no more", () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }), (now) => {
        const until = frozenUntil(weekend, now);
        if (until === undefined) return;
        expect(until > now).to.equal(true);
        expect(frozenUntil(weekend, new Date(until.getTime() - 60_000))).to.deep.equal(until);
        expect(frozenUntil(weekend, until)).to.equal(undefined);
      }),
    );
  });

  for (const [what, changed] of [
    ["a day that is none", { from: "freitag 15:00" }],
    ["an hour that is none", { until: "monday 24:00" }],
    ["a day beside a date", { until: "2026-12-20T00:00:00Z" }],
    ["an end before its beginning", { from: "2027-01-01T00:00:00Z", until: "2026-01-01T00:00:00Z" }],
    ["no reason", { reason: "" }],
    ["a local time", { from: "2026-12-20T00:00:00+01:00", until: "2026-12-21T00:00:00+01:00" }],
  ] as const) {
    it(`is refused with ${what}`, () => {
      expect(freezeSchema.safeParse(weekend).success).to.equal(true);
      expect(freezeSchema.safeParse({ ...weekend, ...changed }).success).to.equal(false);
    });
  }
});
