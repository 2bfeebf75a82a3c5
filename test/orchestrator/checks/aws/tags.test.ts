import { expect } from "chai";
import { tagsOf } from "../../../../orchestrator/checks/aws/tags";

describe("tags as AWS lists them", () => {
  it("become a table, a tag without a value an empty text", () =>
    expect(tagsOf([{ Key: "a", Value: "1" }, { Key: "b" }])).to.deep.equal({ a: "1", b: "" }));
  it("are none where AWS sends none", () => expect(tagsOf(undefined)).to.deep.equal({}));
});
