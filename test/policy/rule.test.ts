import { expect } from "chai";
import { shown } from "../../policy/rule";

describe("values in messages", () => {
  it("shows kinds that cannot be secret, and only says of others whether they are set", () => {
    expect([true, 0, undefined, "hunter2", { password: "hunter2" }].map(shown)).to.deep.equal([
      "true",
      "0",
      "not set",
      "set",
      "set",
    ]);
  });
});
