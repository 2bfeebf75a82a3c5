import { expect } from "chai";
import { at, isAbsent, items, plain, text, UNKNOWN } from "../../policy/value";
import { unknown } from "../support/policy";

describe("policy values", () => {
  const source = { a: [1, unknown, { b: unknown }], c: { d: null } };

  it("marks what Pulumi says is not known yet, and keeps everything around it", () => {
    expect(plain(source)).to.deep.equal({ a: [1, UNKNOWN, { b: UNKNOWN }], c: { d: null } });
  });
  it("keeps keys of any name, and ends a cycle", () => {
    const labels = JSON.parse('{"__proto__": "x", "constructor": "y"}') as object;
    expect(Object.keys(plain(labels) as object)).to.deep.equal(["__proto__", "constructor"]);
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    expect(() => plain(cycle)).to.not.throw();
  });
  it("has words for what should be text and is not, whatever it says of itself", () => {
    expect(["dev", 5, true, undefined].map(text)).to.deep.equal(["dev", "5", "true", "undefined"]);
    expect(text({ toString: "none" })).to.equal('{"toString":"none"}');
    expect(text([{ valueOf: 1 }])).to.equal('[{"valueOf":1}]');
  });
  it("ends a path at the first unknown", () => {
    expect(at({ a: UNKNOWN }, "a", "b", "c")).to.equal(UNKNOWN);
    expect(at({ a: { b: 1 } }, "a", "b")).to.equal(1);
    expect(at({ a: 1 }, "a", "b")).to.equal(undefined);
  });
  it("tells an unknown list from an absent one", () => {
    expect(items(UNKNOWN)).to.equal(UNKNOWN);
    expect(items(undefined)).to.deep.equal([]);
  });
  it("reads null and the empty string as absent, false and 0 as given", () => {
    expect([null, undefined, ""].map(isAbsent)).to.deep.equal([true, true, true]);
    expect([false, 0].map(isAbsent)).to.deep.equal([false, false]);
  });
});
