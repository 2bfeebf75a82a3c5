import { expect } from "chai";
import { behaviours } from "./behaviours";
import { engineName, Harness } from "./harness";

/** Each row is one behaviour of the engine, judged by its observable effect: steps, events, state, provider calls. */
describe(`engine conformance (${engineName})`, () => {
  for (const [behaviour, run] of Object.entries(behaviours)) {
    it(behaviour, async () => {
      const harness = new Harness();
      await harness.start();
      try {
        await run(harness);
      } finally {
        await harness.stop();
      }
    });
  }
  it("covers a behaviour once", () => expect(Object.keys(behaviours).length).to.be.greaterThan(40));
});
