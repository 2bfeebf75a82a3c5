import { expect } from "chai";
import { jsonPatch, mergePatch, strategicPatch } from "../../../../orchestrator/sandbox/cluster/patch";
import { refusal } from "./fixture";

/** Examples of RFC 7386, appendix A. */
const merges: readonly [target: unknown, patch: unknown, result: unknown][] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [["a", "b"], ["c"], ["c"]],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

describe("patches", () => {
  for (const [target, patch, result] of merges)
    it(`merges ${JSON.stringify(patch)} into ${JSON.stringify(target)} as RFC 7386 says`, () => {
      expect(mergePatch(target, patch)).to.deep.equal(result);
    });

  it("merges lists of named things by name, strategically", () => {
    const spec = (containers: object[]) => ({ spec: { containers } });
    expect(
      strategicPatch(spec([{ name: "a", image: "1" }, { name: "b" }]), spec([{ name: "a", image: "2" }])),
    ).to.deep.equal(spec([{ name: "a", image: "2" }, { name: "b" }]));
    expect(strategicPatch({ a: 1, b: { c: 1 } }, { a: null, b: { c: null } })).to.deep.equal({ b: {} });
  });
  it("adds, replaces, moves, copies and removes by JSON pointer, with its escapes", () => {
    const document = { metadata: { labels: { "a/b": "1" } }, list: [1, 3] };
    expect(
      jsonPatch(document, [
        { op: "replace", path: "/metadata/labels/a~1b", value: "2" },
        { op: "add", path: "/list/1", value: 2 },
        { op: "add", path: "/list/-", value: 4 },
        { op: "copy", from: "/list/0", path: "/first" },
        { op: "move", from: "/first", path: "/begin" },
        { op: "remove", path: "/list/0" },
      ]),
    ).to.deep.equal({ metadata: { labels: { "a/b": "2" } }, list: [2, 3, 4], begin: 1 });
    expect(document.list).to.deep.equal([1, 3]);
  });
  it("stops at a test that fails, and at an operation it does not know", () => {
    expect(refusal(() => jsonPatch({ a: 1 }, [{ op: "test", path: "/a", value: 2 }])).message).to.include(
      "test failed",
    );
    expect(refusal(() => jsonPatch({}, [{ op: "turn", path: "/a" }])).message).to.include("turn");
  });
});
