import { expect } from "chai";
import fc from "fast-check";
import { prune, validate, withDefaults, type Schema } from "../../../../orchestrator/sandbox/cluster/schema";

const text: Schema = { type: "string" };
const object = (properties: object, extra: object = {}): Schema => ({ type: "object", properties, ...extra });
const root = (spec: Schema): Schema => object({ spec });

describe("structural schemas", () => {
  it("drop what they do not name, at any depth, and say where", () => {
    const schema = root(
      object({
        list: { type: "array", items: object({ a: text }) },
        map: { type: "object", additionalProperties: object({ a: text }) },
      }),
    );
    const given = {
      kind: "W",
      metadata: { any: 1 },
      spec: { list: [{ a: "1", b: 2 }], map: { x: { a: "1", c: 3 } }, d: 4 },
    };
    const { value, unknown } = prune(schema, given);
    expect(value).to.deep.equal({
      kind: "W",
      metadata: { any: 1 },
      spec: { list: [{ a: "1" }], map: { x: { a: "1" } } },
    });
    expect(unknown).to.have.members(["spec.list[0].b", "spec.map.x.c", "spec.d"]);
  });
  it("keep what is preserved, but prune what they name inside it", () => {
    const schema = root(object({ known: object({ a: text }) }, { "x-kubernetes-preserve-unknown-fields": true }));
    expect(prune(schema, { spec: { free: { b: 1 }, known: { a: "1", b: 2 } } })).to.deep.equal({
      value: { spec: { free: { b: 1 }, known: { a: "1" } } },
      unknown: ["spec.known.b"],
    });
  });
  it("keep the identity of an embedded object, and of nothing else", () => {
    const embedded = object({}, { "x-kubernetes-embedded-resource": true });
    const given = { spec: { metadata: { name: "a" }, pod: { kind: "Pod", metadata: { name: "a" } } } };
    expect(prune(root(object({ pod: embedded })), given).unknown).to.deep.equal(["spec.metadata"]);
  });
  it("fill in defaults, nested ones too, and take null for nothing said unless it may be null", () => {
    const schema = object({
      a: { type: "integer", default: 1 },
      b: object({ c: { default: "x" } }, { default: {} }),
      n: { nullable: true, default: 2 },
    });
    expect(withDefaults(schema, { a: null, n: null })).to.deep.equal({ a: 1, b: { c: "x" }, n: null });
    expect(withDefaults(schema, { a: 5, b: { c: "y" } })).to.deep.equal({ a: 5, b: { c: "y" }, n: 2 });
  });
  it("judge again only what an update changes", () => {
    const schema = root(object({ a: { type: "string", maxLength: 1 }, b: { type: "string", maxLength: 1 } }));
    const before = { spec: { a: "long", b: "x" } };
    expect(validate(schema, before, undefined).map(({ field }) => field)).to.deep.equal(["spec.a"]);
    expect(validate(schema, { spec: { a: "long", b: "y" } }, before)).to.deep.equal([]);
    expect(validate(schema, { spec: { a: "long", b: "also" } }, before).map(({ field }) => field)).to.deep.equal([
      "spec.b",
    ]);
  });
  it("leave alone whatever they name, and what they pruned once", () => {
    const schema = object({ a: text, b: object({ c: { type: "integer" } }) });
    const value = fc.record(
      { a: fc.string(), b: fc.record({ c: fc.integer(), d: fc.anything() }), e: fc.anything() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(value, (given) => {
        const once = prune(schema, given, "", false);
        const twice = prune(schema, once.value, "", false);
        expect(twice.unknown).to.deep.equal([]);
        expect(twice.value).to.deep.equal(once.value);
      }),
    );
  });
});
