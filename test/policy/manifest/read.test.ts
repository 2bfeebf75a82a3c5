import { expect } from "chai";
import fc from "fast-check";
import { parseDocument, stringify } from "yaml";
import { readFast, Unusual } from "../../../policy/manifest/fast-yaml";
import { AS_KUBERNETES_READS, parse, slim, Splitter, subjectsOf } from "../../../policy/manifest/read";
import { cases } from "../cases";
import type { Any } from "../cases/case";

/** The full parser, told what Kubernetes' reader does. */
function full(text: string): unknown {
  const document = parseDocument(text, AS_KUBERNETES_READS);
  if (document.errors.length > 0) throw document.errors[0] as Error;
  return document.toJS() as unknown;
}
const split = (...pieces: string[]) => {
  const splitter = new Splitter();
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
};

describe("manifests read in one pass", () => {
  it("read as the full parser reads them, whenever they are read at all", () => {
    const manifests = cases
      .flatMap(({ pass, fail }) => [...Object.values(pass), ...Object.values(fail)])
      .flat()
      .map((one) => (one as Any).props ?? one)
      .map((one) => JSON.parse(JSON.stringify(one)) as unknown);
    let read = 0;
    for (const one of manifests) {
      const text = stringify(one, { version: "1.1" });
      try {
        expect(readFast(text), text).to.deep.equal(full(text));
        read++;
      } catch (error) {
        if (!(error instanceof Unusual)) throw error;
      }
    }
    // What stays for the full parser is the exception: folded lines, for the most part.
    expect(read / manifests.length).to.be.greaterThan(0.8);
  });
  it("agree with the full parser on arbitrary text, or leave it to it", () => {
    const scalar = fc.oneof(
      fc.constantFrom(
        "yes",
        "no",
        "on",
        "off",
        "~",
        "null",
        "012",
        "0o7",
        "0x1f",
        "1_000",
        "1e3",
        ".5",
        "1.",
        "-1",
        "+1",
        "12:30",
        "2026-01-01",
        "1.2.3",
        "10m",
        "y",
        "'a''b'",
        '"a\\tb"',
        '"x"',
        "a #b",
        "a# b",
        "a: b",
        "[]",
        "{}",
        "[1, a]",
        '{"a": 1}',
        "&a b",
        "*a",
        "!x y",
        "|",
        "|-",
        ">",
        "- a",
        "? a",
        "",
        "-",
        "--- a",
        "@a",
        "%a",
        "a\tb",
        "😀",
      ),
      fc.string({ maxLength: 8 }),
    );
    const line = fc.tuple(
      fc.nat({ max: 3 }),
      fc.constantFrom("", "- ", "a: ", "b:", "- c: ", "# ", "  ", '"q": ', "on: ", "- - "),
      scalar,
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const text = lines.map(([depth, start, value]) => `${"  ".repeat(depth)}${start}${value}`).join("\n");
        let fast: unknown;
        try {
          fast = readFast(text);
        } catch (error) {
          if (error instanceof Unusual) return;
          throw error;
        }
        let expected: unknown;
        try {
          expected = full(text);
        } catch {
          expected = "an error";
        }
        expect(fast, JSON.stringify(text)).to.deep.equal(expected);
      }),
      {
        numRuns: 3000,
        // Found by chance once: a document's first and last line, with something on them; a text like a number.
        examples: ["--- a", "...", "... a", "E0"].map((text) => [[[0, "", text]]]),
      },
    );
  });
  it("know YAML 1.1 booleans, and leave sexagesimals and dates text", () => {
    expect(parse("a: yes\nb: off\nc: 'yes'\nd: 12:30:45\ne: 2026-01-01\nf: 010")).to.deep.equal({
      a: true,
      b: false,
      c: "yes",
      d: "12:30:45",
      e: "2026-01-01",
      f: 8,
    });
  });
  it("take what only looks like a number for the text it is", () => {
    expect(parse("a: &x e12345\nb: *x\nc: 1e3\nd: .5e1\ne: 1_0.e2")).to.deep.equal({
      a: "e12345",
      b: "e12345",
      c: 1000,
      d: 5,
      e: 1000,
    });
  });
  it("follow anchors and merges, and say where a document is broken", () => {
    expect(parse("a: &x {b: 1}\nc:\n  <<: *x\n  d: 2")).to.deep.equal({ a: { b: 1 }, c: { b: 1, d: 2 } });
    expect(() => parse("a: b: c")).to.throw(/line 1/);
  });
});

describe("a stream of documents", () => {
  it("is cut at its marks, wherever the pieces break, with the line of each", () => {
    const text = "# head\n---\na: 1\n---\n# only a comment\n---\nb: |\n  ---\n  x\n...\n--- {c: 1}\n";
    const expected = [
      { text: "a: 1", line: 3 },
      { text: "b: |\n  ---\n  x", line: 7 },
      { text: "{c: 1}", line: 11 },
    ];
    expect(split(text)).to.deep.equal(expected);
    expect(split(...text)).to.deep.equal(expected);
  });
  it("opens lists, typed and untyped, and tells what is no object", () => {
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [{ apiVersion: "v1", kind: "Pod", metadata: { name: "a" } }],
    };
    expect(subjectsOf(list, "f", 1)?.map(({ type, name }) => [type, name])).to.deep.equal([
      ["kubernetes:core/v1:Pod", "a"],
    ]);
    const typed = { apiVersion: "apps/v1", kind: "DeploymentList", items: [{ metadata: { generateName: "b-" } }] };
    expect(subjectsOf(typed, "f", 1)?.map(({ type, name }) => [type, name])).to.deep.equal([
      ["kubernetes:apps/v1:Deployment", "b-"],
    ]);
    expect(subjectsOf({ image: { tag: "1" } }, "values.yaml", 1)).to.equal(undefined);
    expect(subjectsOf(null, "f", 1)).to.equal(undefined);
  });
  it("keeps of an object only what rules about several look at", () => {
    const [subject] =
      subjectsOf({ apiVersion: "v1", kind: "Pod", spec: { containers: [{}], nodeSelector: { a: "b" } } }, "f", 1) ?? [];
    expect(subject && slim(subject).properties["spec"]).to.deep.equal({ nodeSelector: { a: "b" } });
  });
});
