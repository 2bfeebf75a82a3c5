import { expect } from "chai";
import { unknownCheckingProxy } from "@pulumi/policy";
import { at, isAbsent, items, plain, UNKNOWN } from "../../policy/value";
import { unknown } from "../support/policy";

describe("policy values", () => {
  const source = unknownCheckingProxy({ a: [1, unknown, { b: unknown }], c: { d: null } });

  it("copies everything around an unknown out of the SDK's proxy", () => {
    expect(plain(source)).to.deep.equal({ a: [1, UNKNOWN, { b: UNKNOWN }], c: { d: null } });
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
