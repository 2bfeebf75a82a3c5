import { expect } from "chai";
import { fields, list, text } from "../../../../orchestrator/sandbox/aws/kind";

describe("properties of a resource, read without trust", () => {
  it("reads text as it is, nothing as empty and anything else as JSON", () => {
    expect(text("10.10.0.0/16")).to.equal("10.10.0.0/16");
    expect([text(undefined), text(null)]).to.deep.equal(["", ""]);
    expect([text(3), text(true), text({ a: 1 })]).to.deep.equal(["3", "true", '{"a":1}']);
  });
  it("reads a list, and anything else as an empty one", () => {
    expect(list(["a"])).to.deep.equal(["a"]);
    for (const other of [undefined, null, "a", { 0: "a" }]) expect(list(other)).to.deep.equal([]);
  });
  it("reads an object's fields, and of a list, a text or nothing none", () => {
    expect(fields({ a: 1 })).to.deep.equal({ a: 1 });
    for (const other of [undefined, null, "a", ["a"]]) expect(fields(other)).to.deep.equal({});
  });
});
