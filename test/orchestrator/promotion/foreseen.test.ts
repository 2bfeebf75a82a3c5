import { expect } from "chai";
import fc from "fast-check";
import { foreseenOf } from "../../../orchestrator/promotion/foreseen";

const steps = ["a", "b", "c"].map((name) => ({ urn: `urn:${name}`, operation: "create" }));
const resources = ["a", "b", "c"].map((name) => ({ urn: `urn:${name}`, type: "thing", id: name, inputs: { size: 1 } }));
const base = foreseenOf({ steps, changes: { create: 3 } }, resources);

describe("what a promotion would do, and to what", () => {
  it("has the same names whatever order an engine goes through it in", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(steps, { minLength: 3 }),
        fc.shuffledSubarray(resources, { minLength: 3 }),
        (s, r) => {
          const { plan, state } = foreseenOf({ steps: s, changes: {} }, r);
          expect([plan, state]).to.deep.equal([base.plan, base.state]);
        },
      ),
    );
  });

  it("has another plan when anything else would be done", () => {
    const others = [
      steps.slice(1),
      [...steps, { urn: "urn:d", operation: "create" }],
      steps.map((one) => ({ ...one, operation: "update" })),
    ];
    const plans = others.map((other) => foreseenOf({ steps: other, changes: {} }, resources).plan);
    expect(new Set([base.plan, ...plans]).size).to.equal(4);
  });

  it("has another state when anything in it changed: an input, an id, one resource more or less", () => {
    const others = [
      resources.slice(1),
      [...resources, { urn: "urn:d", type: "thing" }],
      resources.map((one) => ({ ...one, inputs: { size: 2 } })),
      resources.map((one) => ({ ...one, id: "other" })),
      [...resources, ...resources.slice(0, 1)],
    ];
    const states = others.map((other) => foreseenOf({ steps, changes: {} }, other).state);
    expect(new Set([base.state, ...states]).size).to.equal(6);
  });
});
