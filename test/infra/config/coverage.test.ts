import { expect } from "chai";
import { z } from "zod";
import { schema } from "../../../infra/config/schema";
import { everyChoice } from "../../support/options";
import { configOf } from "../../support/pulumi";

interface Node {
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

/** Words that may stand at a path, by the path: `mesh.kind` → none, istio-ambient, linkerd. */
function wordsOf(node: Node, path: string, found = new Map<string, Set<string>>()): Map<string, Set<string>> {
  const note = (word: unknown) => {
    if (typeof word === "string") found.set(path, (found.get(path) ?? new Set()).add(word));
  };
  node.enum?.forEach(note);
  note(node.const);
  for (const [key, inner] of Object.entries(node.properties ?? {}))
    wordsOf(inner, path === "" ? key : `${path}.${key}`, found);
  for (const inner of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) wordsOf(inner, path, found);
  if (node.items !== undefined) wordsOf(node.items, path, found);
  return found;
}
/** Words that a configuration has, by their path. */
function chosenIn(value: unknown, path: string, found: Map<string, Set<string>>): void {
  if (typeof value === "string") found.set(path, (found.get(path) ?? new Set()).add(value));
  else if (Array.isArray(value)) for (const inner of value) chosenIn(inner, path, found);
  else if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) chosenIn(inner, path === "" ? key : `${path}.${key}`, found);
}

/** Words that are no kinds of platform: what a person writes for a place, a day or a column. */
const WORDS = /^(network\.zones|cost\.workingHours\.days|maintenance\.windows\.days|application\.refresh\..*)$/;

describe("options of the configuration", () => {
  it("are each built in at least one environment [A21.3]", () => {
    const { properties } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Node;
    const chosen = new Map<string, Set<string>>();
    for (const environment of ["dev", "staging", "production"]) chosenIn(configOf(environment), "", chosen);
    for (const config of everyChoice().values()) chosenIn(config, "", chosen);
    const missing = [...wordsOf({ properties: properties ?? {} }, "")]
      .filter(([path]) => !WORDS.test(path))
      .flatMap(([path, words]) =>
        [...words].filter((word) => chosen.get(path)?.has(word) !== true).map((word) => `${path}: ${word}`),
      );
    expect(missing).to.deep.equal([]);
  });
});
