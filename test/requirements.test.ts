import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { root } from "./support/pulumi";

/** Sections of the specification that are the platform's (phases, environments, delivery, day two), and how many items each has. */
const items: Readonly<Record<string, number>> = {
  A0: 4,
  A1: 6,
  A2: 6,
  A3: 6,
  A4: 7,
  A5: 5,
  A6: 5,
  A7: 8,
  A8: 4,
  A9: 6,
  A10: 6,
  A11: 8,
  A12: 5,
  A13: 5,
  A14: 4,
  A15: 5,
  A16: 3,
  A17: 4,
  A18: 3,
  A19: 4,
  A20: 4,
  A21: 5,
  B1: 6,
  B2: 5,
  B3: 2,
  B4: 3,
  B5: 2,
  B6: 9,
  B7: 3,
  B8: 7,
  C1: 11,
  C2: 9,
  C3: 5,
  C4: 5,
  C5: 3,
  C6: 6,
  C7: 3,
  D1: 9,
  D2: 6,
  D3: 9,
  D4: 3,
  D5: 4,
  D6: 2,
  D7: 3,
  H1: 5,
  H2: 3,
  H3: 2,
  H4: 5,
  H5: 2,
};

/** Every id in brackets in a title of a test: `[A1.4]`, `[A1.4] [B2.1]`. */
function proven(folder: string): Set<string> {
  const found = new Set<string>();
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith(".test.ts")) continue;
    const text = fs.readFileSync(path.join(entry.parentPath, entry.name), "utf8");
    for (const [title] of text.matchAll(/\b(?:it|describe)\(\s*(["`])(?:(?!\1)[^\\]|\\.)*\1/g))
      for (const [, id = ""] of title.matchAll(/\[([A-I]\d+(?:\.\d+)?)\]/g)) found.add(id);
  }
  return found;
}

describe("requirements", () => {
  it("each have a test that names them", () => {
    const named = proven(path.join(root, "test"));
    const missing = Object.entries(items).flatMap(([section, count]) =>
      Array.from({ length: count }, (_, index) => `${section}.${index + 1}`).filter((id) => !named.has(id)),
    );
    expect(missing).to.deep.equal([]);
  });
});
