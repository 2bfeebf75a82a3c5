import { expect } from "chai";
import { differenceOf } from "../../../infra/environments/patch";

describe("the difference of two objects", () => {
  it("is empty for equal ones", () => expect(differenceOf({ a: [1] }, { a: [1] })).to.deep.equal([]));
  it("adds, replaces and removes, with the escapes of RFC 6901", () => {
    expect(differenceOf({ "a/b": 1, gone: 1, kept: 1 }, { "a/b": 2, kept: 1, "new~": 3 })).to.deep.equal([
      { op: "replace", path: "/a~1b", value: 2 },
      { op: "remove", path: "/gone" },
      { op: "add", path: "/new~0", value: 3 },
    ]);
  });
  it("goes into lists of the same length and replaces others", () => {
    expect(differenceOf([{ a: 1 }, 2], [{ a: 3 }, 2])).to.deep.equal([{ op: "replace", path: "/0/a", value: 3 }]);
    expect(differenceOf({ a: [1] }, { a: [] })).to.deep.equal([{ op: "replace", path: "/a", value: [] }]);
  });
});
