import { expect } from "chai";
import fc from "fast-check";
import { laidOver, layered } from "../../../orchestrator/deliver/overlay";

const values = fc.dictionary(
  fc.constantFrom("a", "b", "c"),
  fc.oneof(
    fc.constantFrom<unknown>(0, 1, "x", null, true),
    fc.array(fc.nat(2), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom("d", "e"), fc.oneof(fc.nat(1), fc.dictionary(fc.constantFrom("f", "g"), fc.nat(1)))),
  ),
);

describe("values as base and overlays", () => {
  it("share what is alike and keep the rest apart [A20.2]", () => {
    const { base, overlays } = layered(
      new Map([
        ["dev", { replicas: 1, image: { tag: "1" }, list: [1] }],
        ["production", { replicas: 2, image: { tag: "1", pullPolicy: "Always" }, list: [1] }],
      ]),
    );
    expect(base).to.deep.equal({ image: { tag: "1" }, list: [1] });
    expect(overlays.get("dev")).to.deep.equal({ replicas: 1 });
    expect(overlays.get("production")).to.deep.equal({ replicas: 2, image: { pullPolicy: "Always" } });
  });

  it("give every environment its own values again, laid over each other as Helm does [A20.2]", () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), (all) => {
        const { base, overlays } = layered(new Map(all.map((one, index) => [String(index), one])));
        for (const [index, one] of all.entries())
          expect(laidOver(base, overlays.get(String(index)) ?? {})).to.deep.equal(one);
      }),
    );
  });

  it("repeat nothing in an overlay that the base already says", () => {
    fc.assert(
      fc.property(values, (one) => {
        const { base, overlays } = layered(
          new Map([
            ["dev", one],
            ["staging", one],
          ]),
        );
        expect(base).to.deep.equal(one);
        expect(overlays.get("dev")).to.deep.equal({});
      }),
    );
  });
});
