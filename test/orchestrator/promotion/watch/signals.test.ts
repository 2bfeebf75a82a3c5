import { expect } from "chai";
import { matcherOf, signals, trafficQuery } from "../../../../orchestrator/promotion/watch/signals";
import { syntaxError } from "../../../support/fake-prometheus";

describe("what a watch looks at", () => {
  it("are error ratio, p99, restarts and saturation [D6.1]", () => {
    expect(signals.map(({ name }) => name)).to.deep.equal(["error ratio", "p99", "restarts", "saturation"]);
  });
  it("are the numbers of D5.2 and B6.5, and above what was there before [D5.2] [B6.5]", () => {
    expect(signals.map(({ floor }) => floor)).to.deep.equal([0.01, 0.5, 3, 0.9]);
    for (const { factor } of signals) expect(factor).to.be.greaterThan(1);
  });
  for (const namespaces of [["production"], ["shop", "billing"]]) {
    const matcher = matcherOf(namespaces);
    for (const [name, query] of [
      ["traffic", trafficQuery(matcher)],
      ...signals.map((signal) => [signal.name, signal.query(matcher)]),
    ] as const) {
      it(`asks for ${name} of ${namespaces.join(" and ")} in words that Prometheus' grammar knows`, () => {
        expect(syntaxError(query ?? "")).to.equal(undefined);
        for (const part of (query ?? "").matchAll(/\{([^}]*)\}/g)) expect(part[1]).to.include(matcher);
      });
    }
  }
  it("is read by people", () => {
    expect(signals.map(({ words }) => words(0.5))).to.deep.equal([
      "50.00 %",
      "500 ms",
      "1 in 15 min",
      "50 % of the limit",
    ]);
  });
});
