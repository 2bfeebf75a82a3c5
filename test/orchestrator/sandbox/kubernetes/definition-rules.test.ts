import { expect } from "chai";
import { customKinds } from "../../../../orchestrator/sandbox/kubernetes/charts/definitions";
import { at } from "../../../../orchestrator/sandbox/kubernetes/object";

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: Node;
  readonly "x-kubernetes-validations"?: readonly { readonly rule: string }[];
}

/** Fields that a rule reads of itself and that its schema does not have: a real API server refuses such a definition. */
function unknownFields(node: Node, place: string): string[] {
  const own = (node["x-kubernetes-validations"] ?? []).flatMap(({ rule }) =>
    [...rule.matchAll(/\bself\.(\w+)\b(?!\s*\()/g)]
      .map(([, field]) => String(field))
      .filter((field) => node.properties !== undefined && !(field in node.properties))
      .map((field) => `${place}: ${field}`),
  );
  return [
    ...new Set(own),
    ...Object.entries(node.properties ?? {}).flatMap(([key, inner]) => unknownFields(inner, `${place}.${key}`)),
    ...(node.items === undefined ? [] : unknownFields(node.items, `${place}[]`)),
    ...(typeof node.additionalProperties === "object" ? unknownFields(node.additionalProperties, `${place}{}`) : []),
  ];
}

describe("rules of definitions", () => {
  it("read no field that their schema does not have", () => {
    const wrong = customKinds().flatMap(({ kind, definition }) =>
      unknownFields(at(definition, "spec", "versions", 0, "schema", "openAPIV3Schema") as Node, kind),
    );
    expect(wrong).to.deep.equal([]);
  });
  it("are told when they do", () => {
    const node = { properties: { a: {} }, "x-kubernetes-validations": [{ rule: "has(self.a) && self.b.size() > 0" }] };
    expect(unknownFields(node, "Thing")).to.deep.equal(["Thing: b"]);
  });
});
