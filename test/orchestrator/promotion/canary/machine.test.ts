import { expect } from "chai";
import fc from "fast-check";
import { advance, begun, judge, type Check } from "../../../../orchestrator/promotion/canary/machine";

const run = (...checks: Check[]) => checks.reduce(advance, begun);
const many = (count: number, check: Check) => Array.from({ length: count }, () => check);

describe("the steps of a canary", () => {
  it("go from 10 to 50 % by checks that passed, then to all [D5.1] [D1.3]", () => {
    const seen = [0, 1, 2, 3, 4, 5].map((count) => run(...many(count, "passed")));
    expect(seen.map(({ weight }) => weight)).to.deep.equal([10, 20, 30, 40, 50, 100]);
    expect(seen.map(({ status }) => status)).to.deep.equal([...Array<string>(5).fill("progressing"), "promoted"]);
  });
  it("end with the fifth failed check, wherever it was, and with no traffic left on it [D5.1]", () => {
    expect(run(...many(4, "failed"))).to.include({ status: "progressing", weight: 10 });
    expect(run("failed", "passed", "failed", "passed", ...many(3, "failed"))).to.include({
      status: "aborted",
      weight: 0,
    });
  });
  it("never go on by what could not be judged, and wait for a person in the end [D5.3]", () => {
    expect(run(...many(4, "inconclusive"))).to.include({ status: "progressing", weight: 10 });
    expect(run(...many(5, "inconclusive"))).to.include({ status: "paused", weight: 10 });
    expect(run(...many(4, "inconclusive"), "passed", ...many(4, "inconclusive"))).to.include({ status: "progressing" });
  });
  it("whatever is seen: all traffic after five checks that passed and fewer than five that failed, and never else [D5.1] [D5.3]", () => {
    const checks = fc.array(fc.constantFrom<Check>("passed", "passed", "failed", "inconclusive"), { maxLength: 40 });
    fc.assert(
      fc.property(checks, (given) => {
        let state = begun;
        for (const [index, check] of given.entries()) {
          const next = advance(state, check);
          const until = given.slice(0, index + 1);
          const count = (what: Check) => until.filter((one) => one === what).length;
          if (state.status !== "progressing") expect(next).to.equal(state);
          else if (next.status === "promoted") {
            expect([check, count("passed"), count("failed") < 5]).to.deep.equal(["passed", 5, true]);
          } else if (next.status === "aborted") expect(count("failed")).to.equal(5);
          else expect(next.weight > state.weight).to.equal(check === "passed");
          state = next;
        }
      }),
    );
  });
  it("are judged by 99 % and 500 ms; nothing to judge is inconclusive, half of it can still fail [D5.2] [D5.3]", () => {
    expect(judge(0.99, 500)).to.equal("passed");
    expect(judge(0.989, 100)).to.equal("failed");
    expect(judge(1, 501)).to.equal("failed");
    expect(judge(undefined, undefined)).to.equal("inconclusive");
    expect(judge(undefined, 900)).to.equal("failed");
    expect(judge(1, undefined)).to.equal("inconclusive");
  });
});
