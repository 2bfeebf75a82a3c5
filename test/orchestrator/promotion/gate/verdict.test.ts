import { expect } from "chai";
import { INCONCLUSIVE_CODE, verdictOf } from "../../../../orchestrator/promotion/gate/verdict";

describe("what the end of a gate proves", () => {
  const output = "one\n 12 passing\n";
  for (const [what, ending, expects, verdict] of [
    ["ended well", { code: 0, output }, undefined, "passed"],
    ["ended well and shows what it has to", { code: 0, output }, "^ *[1-9]\\d* passing", "passed"],
    ["ended well and shows nothing of it", { code: 0, output: "0 passing" }, "^ *[1-9]\\d* passing", "inconclusive"],
    ["ended with another code", { code: 3, output }, undefined, "failed"],
    ["says itself that it could not judge", { code: INCONCLUSIVE_CODE, output }, undefined, "inconclusive"],
    ["was not found", { code: 127, output: "" }, undefined, "errored"],
    ["did not end", { why: "it did not end within 1 s", output }, undefined, "errored"],
  ] as const) {
    it(`${verdict} when it ${what}`, () => expect(verdictOf(ending, expects).verdict).to.equal(verdict));
  }
  it("is told in its last line", () =>
    expect(verdictOf({ code: 1, output }, undefined).summary).to.equal("it ended with 1: 12 passing"));
});
