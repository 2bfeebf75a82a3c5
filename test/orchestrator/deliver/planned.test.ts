import { expect } from "chai";
import { delivered, KNOWN_AFTER_APPLY, phaseOf } from "../../../orchestrator/deliver/planned";
import { UNKNOWN } from "../../../orchestrator/engine/builtin/model";

describe("what a preview plans, as it is delivered", () => {
  it("says of what is unknown that it is", () => {
    expect(delivered({ a: [UNKNOWN], b: { c: `https://${UNKNOWN}/x`, d: 1, e: null } })).to.deep.equal({
      a: [KNOWN_AFTER_APPLY],
      b: { c: `https://${KNOWN_AFTER_APPLY}/x`, d: 1, e: null },
    });
  });
  it("holds none of the engine's own keys", () => {
    expect(delivered({ __defaults: [], a: { __name: "x", b: 1 } })).to.deep.equal({ a: { b: 1 } });
  });
  it("belongs to the phase whose component is above it", () => {
    expect(phaseOf({ urn: "urn:pulumi:dev::slipway::slipway:phase:NodePools$aws:iam/role:Role::x" })).to.equal(
      "NodePools",
    );
    expect(phaseOf({ urn: "urn:pulumi:dev::slipway::pulumi:providers:aws::aws" })).to.equal(undefined);
  });
});
