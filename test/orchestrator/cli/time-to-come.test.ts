import { expect } from "chai";
import { timeToCome } from "../../../orchestrator/cli/time-to-come";
import { refusal } from "../../support/refusal";

describe("a time to come", () => {
  const now = new Date("2026-01-06T08:00:00Z");

  it("is a moment in UTC, wherever it was typed", () => {
    expect(timeToCome("2026-01-06T10:00:00+02:00", new Date("2026-01-06T07:59:59Z"))).to.equal(
      "2026-01-06T08:00:00.000Z",
    );
    expect(timeToCome("2026-01-06T08:00:00.001Z", now)).to.equal("2026-01-06T08:00:00.001Z");
  });

  for (const text of ["2026-01-06T08:00:00Z", "2026-01-06T10:00:00", "tomorrow", "", "2026-13-01T00:00:00Z"])
    it(`is not "${text}"`, async () => {
      expect(await refusal(() => timeToCome(text, now))).to.include({ code: "time-invalid", kind: "usage" });
    });
});
