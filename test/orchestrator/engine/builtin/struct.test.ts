import { expect } from "chai";
import { SECRET, SIGNATURE, UNKNOWN, type Properties } from "../../../../orchestrator/engine/builtin/model";
import { fromStruct, fromValue, toStruct, toValue } from "../../../../orchestrator/engine/builtin/struct";

describe("struct", () => {
  it("gives back every kind of value it was given, over the wire", () => {
    const properties: Properties = {
      text: "",
      number: -0.5,
      yes: true,
      no: false,
      nothing: null,
      list: [1, "a", [], {}, null],
      nested: { "a.b": { c: [UNKNOWN] } },
      hidden: { [SIGNATURE]: SECRET, value: "x" },
    };
    const struct = toStruct(properties);
    const received = struct.constructor.deserializeBinary(struct.serializeBinary());
    expect(fromStruct(received)).to.deep.equal(properties);
  });

  it("has no properties when there is no struct, and leaves out what is undefined", () => {
    expect(fromStruct(undefined)).to.deep.equal({});
    expect(fromStruct(toStruct(undefined))).to.deep.equal({});
    expect(fromStruct(toStruct({ a: undefined } as unknown as Properties))).to.deep.equal({});
  });

  it("hands over a copy within one process, as a wire would", () => {
    const given: Properties = { list: [{ a: 1 }], gone: { b: undefined } as unknown as Properties };
    const received = fromStruct(toStruct(given));
    expect(received).to.deep.equal({ list: [{ a: 1 }], gone: {} });
    (received["list"] as Properties[])[0]!["a"] = 2;
    expect(given["list"]).to.deep.equal([{ a: 1 }]);
  });

  it("converts single values", () => {
    expect(fromValue(toValue([0, { a: "b" }]))).to.deep.equal([0, { a: "b" }]);
  });
});
