import { expect } from "chai";
import {
  apiVersionOf,
  fieldsOf,
  isFields,
  listOf,
  specOf,
  statusOf,
} from "../../../../orchestrator/sandbox/cluster/object";
import { pod } from "./fixture";

describe("reading Kubernetes objects", () => {
  it("takes only objects for fields: not null, no list, no text", () => {
    for (const value of [null, undefined, [], "a", 1]) expect(isFields(value), JSON.stringify(value)).to.equal(false);
    expect(isFields({})).to.equal(true);
  });
  it("reads what is missing or of another form as empty", () => {
    expect(fieldsOf([1])).to.deep.equal({});
    expect(listOf({})).to.deep.equal([]);
    expect(specOf({ ...pod("a"), spec: null })).to.deep.equal({});
    expect(statusOf(pod("a"))).to.deep.equal({});
  });
  it("writes the core group's version alone", () => {
    expect(apiVersionOf({ group: "", version: "v1" })).to.equal("v1");
    expect(apiVersionOf({ group: "apps", version: "v1" })).to.equal("apps/v1");
  });
});
