/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published messages are untyped */
import { expect } from "chai";
import fc from "fast-check";
import { fromMessage } from "../../policy/message";

const { Struct } = require("google-protobuf/google/protobuf/struct_pb") as any;

describe("properties from the wire", () => {
  it("are read as the message itself reads them, whatever they hold", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (given) => {
        const message = Struct.fromJavaScript(JSON.parse(JSON.stringify(given)));
        const received = Struct.deserializeBinary(message.serializeBinary());
        expect(fromMessage(received)).to.deep.equal(received.toJavaScript());
      }),
    );
  });

  it("keep empty text, zero, false and null apart", () => {
    const given = { text: "", number: 0, no: false, nothing: null, list: ["", null, {}], fields: { deep: [] } };
    const received = Struct.deserializeBinary(Struct.fromJavaScript(given).serializeBinary());
    expect(fromMessage(received)).to.deep.equal(given);
  });

  it("of another kind of message are what that says", () => {
    expect(fromMessage({ toJavaScript: () => ({ a: 1 }) })).to.deep.equal({ a: 1 });
  });
});
