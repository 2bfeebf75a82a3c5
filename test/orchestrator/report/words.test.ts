import { expect } from "chai";
import { changes, duration } from "../../../orchestrator/report/words";

describe("words of a report", () => {
  it("tell time as people read it", () => {
    expect([0, 0.04, 0.44, 9.94, 9.96, 59.4, 59.6, 60, 185].map(duration)).to.deep.equal([
      "0.0 s",
      "0.0 s",
      "0.4 s",
      "9.9 s",
      "10 s",
      "59 s",
      "1 min 0 s",
      "1 min 0 s",
      "3 min 5 s",
    ]);
  });
  it("tell what changed, and of what stayed only when nothing did", () => {
    expect(changes({ changes: { create: 34, update: 2, same: 7, delete: 0 } })).to.equal("34 create, 2 update");
    expect(changes({ changes: { same: 7 } })).to.equal("no change (7 resources)");
    expect([changes({}), changes({ changes: {} })]).to.deep.equal(["", ""]);
  });
});
