import { expect } from "chai";
import {
  OUTPUT_VALUE,
  REFERENCE,
  SECRET,
  SIGNATURE,
  UNKNOWN,
  type Json,
} from "../../../../orchestrator/engine/builtin/model";
import {
  containsSecret,
  containsUnknown,
  equal,
  revealed,
  rewrite,
  secret,
  secretsKept,
  withoutOutputValues,
  withoutReferences,
} from "../../../../orchestrator/engine/builtin/values";

const output = (fields: { [key: string]: Json }): Json => ({ [SIGNATURE]: OUTPUT_VALUE, ...fields });
const reference = (fields: { [key: string]: Json }): Json => ({ [SIGNATURE]: REFERENCE, ...fields });

describe("values", () => {
  it("marks a value secret once, however often it is asked to", () => {
    const once = secret("x");
    expect(once).to.deep.equal({ [SIGNATURE]: SECRET, value: "x" });
    expect(secret(once)).to.equal(once);
  });

  it("finds secrets and unknowns at any depth, also inside each other", () => {
    expect(containsSecret({ a: [{ b: secret(1) }] })).to.equal(true);
    expect(containsSecret({ a: [{ b: 1 }] })).to.equal(false);
    expect(containsUnknown({ a: secret([UNKNOWN]) })).to.equal(true);
    expect(containsUnknown({ a: output({ secret: true }) })).to.equal(true);
    expect(containsUnknown({ a: output({ value: 1 }) })).to.equal(false);
  });

  it("reveals nested secrets and leaves the original as it was", () => {
    const value = { a: secret({ b: secret("deep") }), c: 1 };
    expect(revealed(value)).to.deep.equal({ a: { b: "deep" }, c: 1 });
    expect(containsSecret(value)).to.equal(true);
  });

  it("keeps the identity of what a rewrite does not change", () => {
    const value = { same: { list: [1] }, other: "x" };
    expect(rewrite(value, () => undefined)).to.equal(value);
    const changed = rewrite(value, (node) => (node === "x" ? "y" : undefined)) as typeof value;
    expect(changed.same).to.equal(value.same);
    expect(changed.other).to.equal("y");
  });

  it("reads output values as the plain, secret or unknown value they stand for", () => {
    const inputs = {
      a: output({ value: 1, dependencies: ["u1", "u2"] }),
      b: output({ value: 2, secret: true }),
      c: output({}),
    };
    expect(withoutOutputValues(inputs)).to.deep.equal({ a: 1, b: secret(2), c: UNKNOWN });
  });

  it("flattens references: id, unknown while there is none, or the URN of a component", () => {
    const properties = {
      made: reference({ urn: "u", id: "i" }),
      planned: reference({ urn: "u", id: "" }),
      component: reference({ urn: "u" }),
    };
    expect(withoutReferences(properties)).to.deep.equal({ made: "i", planned: UNKNOWN, component: "u" });
  });

  it("marks outputs secret again where the input of that name was secret", () => {
    expect(secretsKept({ a: 1, b: 2 }, { a: secret(1), b: 2, gone: secret(3) })).to.deep.equal({ a: secret(1), b: 2 });
  });

  it("never calls a secret equal to the same value in clear, nor a list equal to an object", () => {
    expect(equal({ a: [1, { b: null }] }, { a: [1, { b: null }] })).to.equal(true);
    expect(equal(secret(1), 1)).to.equal(false);
    expect(equal([], {})).to.equal(false);
    expect(equal({ a: 1 }, { b: 1 })).to.equal(false);
  });
});
