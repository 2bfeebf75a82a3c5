import { expect } from "chai";
import {
  changedPaths,
  ignoringChanges,
  parsePath,
  touches,
  writePath,
} from "../../../../orchestrator/engine/builtin/property-path";
import { secret } from "../../../../orchestrator/engine/builtin/values";

describe("property paths", () => {
  it("reads members, indices, quoted keys and wildcards", () => {
    expect(parsePath('a.b[0]["c.d"].*')).to.deep.equal(["a", "b", 0, "c.d", "*"]);
    expect(parsePath("list[*].name")).to.deep.equal(["list", "*", "name"]);
  });

  it("refuses what is not a path", () => {
    for (const text of ["", "a[", "a[x]"]) expect(() => parsePath(text), text).to.throw("invalid property path");
  });

  it("writes a path as it is read", () => {
    for (const text of ["a.b[0]", 'a["c.d"]']) expect(writePath(parsePath(text))).to.equal(text);
  });

  it("matches a change at, below or above a path", () => {
    expect(touches(["a", "*"], ["a", "b", "c"])).to.equal(true);
    expect(touches(["a", "b"], ["a"])).to.equal(true);
    expect(touches(["a", "b"], ["a", "c"])).to.equal(false);
  });

  it("ignores changes: an old value stays, an added one goes, a removed one comes back", () => {
    expect(ignoringChanges({ a: 2, b: 2 }, { a: 1, b: 1 }, ["a"])).to.deep.equal({ a: 1, b: 2 });
    expect(ignoringChanges({ added: 1 }, {}, ["added"])).to.deep.equal({});
    expect(ignoringChanges({}, { removed: 1 }, ["removed"])).to.deep.equal({ removed: 1 });
    expect(ignoringChanges({ l: [{ n: 2 }, { n: 3 }] }, { l: [{ n: 1 }, { n: 1 }] }, ["l[*].n"])).to.deep.equal({
      l: [{ n: 1 }, { n: 1 }],
    });
    expect(ignoringChanges({ a: secret(2) }, { a: secret(1) }, ["a"])).to.deep.equal({ a: secret(1) });
  });

  it("names differences as deep as both sides are containers", () => {
    const paths = changedPaths({ a: { b: 1, c: 1 }, l: [1, 2] }, { a: { b: 2, c: 1 }, l: [1] });
    expect(paths.map(writePath)).to.deep.equal(["a.b", "l[1]"]);
    expect(changedPaths({ a: secret(1) }, { a: 1 }).map(writePath)).to.deep.equal(["a"]);
  });
});
