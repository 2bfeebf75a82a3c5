import { expect } from "chai";
import { BYTES_A_DAY, LINES, linesWith, UNPARSED } from "../../../orchestrator/checks/log-queries";

describe("queries of logs", () => {
  it("ask for the lines of one namespace that hold a text", () => {
    expect(linesWith("shop", "marker-1")).to.equal('{namespace="shop"} |= "marker-1"');
  });
  it("[A9.4] [A9.5] count over the same window what they compare, and bytes over a day", () => {
    for (const query of [LINES, UNPARSED]) expect(query).to.match(/^sum by \(namespace, app\) .*\[1h\]\)\)$/);
    expect(BYTES_A_DAY).to.match(/bytes_over_time\(.*\[24h\]/);
  });
});
