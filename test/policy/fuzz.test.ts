import { expect } from "chai";
import fc from "fast-check";
import { Evaluator } from "../../policy/evaluate";
import { tokenOf } from "../../policy/kind";
import { Check } from "../../policy/manifest/check";
import { Splitter } from "../../policy/manifest/read";
import { rules } from "../../policy/rules";
import { Subject } from "../../policy/subject";
import { plain, type Fields } from "../../policy/value";
import { matches, Waivers } from "../../policy/waiver";
import { cases } from "./cases";
import { deployment, type Any } from "./cases/case";
import { unknown } from "../support/policy";

/** Every object of every case: each rule meets what it is for. */
const wholes = cases.flatMap(({ pass, fail }) => [...Object.values(pass), ...Object.values(fail)]).flat() as Any[];
const typeOf = (whole: Any): string => whole.type ?? tokenOf(whole.apiVersion, whole.kind);
const propertiesOf = (whole: Any): Any => whole.props ?? whole;
const TYPES = [
  ...new Set(wholes.map(typeOf)),
  "kubernetes:apps/v1:DeploymentPatch",
  "kubernetes:core/v1:List",
  "not a type at all",
  "::",
];
const all = () =>
  new Evaluator({ rules, environment: "production", config: { all: { enforcementLevel: "mandatory" } } });
const subject = (type: string, properties: unknown) =>
  new Subject(`urn:${type}`, type, "it", plain(properties) as Fields);
const judge = (evaluator: Evaluator, subjects: Subject[]) => [
  ...subjects.flatMap((one) => evaluator.resource(one)),
  ...evaluator.stack(subjects),
];
const object = fc.dictionary(fc.string(), fc.jsonValue());
/** Every place of an object, by its path. */
function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => places(item, [...path, key]))];
}
function replaced(whole: Any, path: readonly (string | number)[], value: unknown): Any {
  if (path.length === 0) return value;
  const copy = structuredClone(whole);
  const parent = path.slice(0, -1).reduce((here: Any, key) => here[key], copy);
  parent[path.at(-1) as string] = value;
  return copy;
}

describe("rules on hostile input", function () {
  this.timeout(60_000);

  it("never fail on arbitrary JSON of any type", () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), object, (type, properties) => {
        judge(all(), [subject(type, properties)]);
      }),
      { numRuns: 1000 },
    );
  });
  it("never fail on a real object with one place exchanged for anything", () => {
    const evaluator = all();
    fc.assert(
      fc.property(
        fc.constantFrom(...wholes),
        fc.nat(),
        fc.oneof(fc.jsonValue(), fc.constant(unknown)),
        (whole, at, value) => {
          const properties = propertiesOf(whole);
          const found = places(properties);
          const changed = replaced(properties, found[at % found.length] ?? [], value);
          if (typeof changed !== "object" || changed === null || Array.isArray(changed)) return;
          judge(evaluator, [subject(typeOf(whole), changed)]);
        },
      ),
      { numRuns: 600 },
    );
  });
  it("never fail on any text a file may hold: what cannot be read is told with its line", () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom(
        "---\n",
        "apiVersion: v1\n",
        "kind: List\n",
        "items:\n",
        "- ",
        "  ",
        "\t",
        "\n",
        "&a ",
        "*a",
        "{",
        "\u0000",
      ),
      fc.constantFrom(
        "kind: Pod\n",
        "spec: null\n",
        "metadata: ~\n",
        "...\n",
        "\ufeff",
        "[",
        "!!binary x\n",
        "<<: *a\n",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const check = new Check({ rules, environment: "production", config: {}, today: "2026-06-15", version: "0" });
        const splitter = new Splitter();
        for (const { text, line } of [...pieces.flatMap((one) => splitter.push(one)), ...splitter.end()])
          check.document("f", text, line);
        for (const { line, message } of check.report().problems) {
          expect(line).to.be.at.least(1);
          expect(message).to.not.equal("");
        }
      }),
      { numRuns: 500 },
    );
  });
  it("say the same twice", () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), object, (type, properties) => {
        const said = () => judge(all(), [subject(type, properties)]).map(({ message }) => message);
        expect(said()).to.deep.equal(said());
      }),
      { numRuns: 300 },
    );
  });
  it("never print the value of a credential", () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9]{24}$/);
    fc.assert(
      fc.property(secret, fc.constantFrom("DB_PASSWORD", "apiKey", "token", "client-secret"), (value, name) => {
        const found = judge(all(), [
          subject("kubernetes:core/v1:ConfigMap", { data: { [name]: value, x: `postgres://app:${value}@db/app` } }),
          subject(
            "kubernetes:apps/v1:Deployment",
            deployment((spec) => (spec.containers[0].env = [{ name, value }])),
          ),
        ]);
        expect(found.some(({ rule }) => rule.name === "config-maps-hold-no-secrets")).to.equal(true);
        expect(found.some(({ rule }) => rule.name === "environment-holds-no-secrets")).to.equal(true);
        expect(found.some(({ message }) => message.includes(value))).to.equal(false);
      }),
      { numRuns: 200 },
    );
  });
  it("never print what may be a secret, wherever one is kept, by any rule", () => {
    const marker = "Zq7-marker-of-a-secret-9xK";
    const held = new Set(["data", "stringData", "binaryData", "values", "userData", "password", "masterPassword"]);
    /** The object with every value that a secret can be in exchanged: fields of those names, and values of variables. */
    const marked = (value: unknown, inside: boolean, parent = ""): unknown => {
      if (Array.isArray(value)) return value.map((item) => marked(item, inside, parent));
      if (typeof value !== "object" || value === null) return inside && typeof value === "string" ? marker : value;
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key,
          marked(item, inside || held.has(key) || (parent === "env" && key === "value"), key),
        ]),
      );
    };
    const evaluator = all();
    let exchanged = 0;
    for (const whole of wholes) {
      const properties = marked({ ...propertiesOf(whole), data: { key: "k" }, stringData: { k: "v" } }, false);
      exchanged += JSON.stringify(properties).split(marker).length - 1;
      for (const { message, rule } of judge(evaluator, [subject(typeOf(whole), properties)]))
        expect(message.includes(marker), `${rule.name}: ${message}`).to.equal(false);
    }
    expect(exchanged).to.be.above(wholes.length);
  });
  describe("in every place", () => {
    const refused = cases.flatMap(({ fail }) => Object.values(fail)).flat() as Any[];
    const evaluator = all();
    /** Processor time to judge every refused object with this text in every place, in microseconds. */
    const time = (value: string): number => {
      const subjects = refused.map((whole) => {
        const changed = JSON.stringify(propertiesOf(whole), (key, item: unknown) =>
          typeof item === "string" && key !== "apiVersion" && key !== "kind" ? value : item,
        );
        return subject(typeOf(whole), JSON.parse(changed));
      });
      // Not the clock: what else the machine does must not count.
      const before = process.cpuUsage();
      judge(evaluator, subjects);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    let harmless = 0;
    before(() => {
      const text = "harmless, ".repeat(2_000);
      time(text);
      harmless = Math.min(time(text), time(text));
    });
    for (const [what, text] of [
      ["letters", "a".repeat(20_000)],
      ["an address without an end", `postgres://${"a".repeat(20_000)}`],
      ["many addresses", "a://b:".repeat(4_000)],
      ["half a token", "eyJ".repeat(6_000)],
      ["stars", "*".repeat(20_000)],
      ["digits", "1".repeat(20_000)],
      ["spaces", " ".repeat(20_000)],
      ["key headers", "-----BEGIN ".repeat(2_000)],
    ] as const)
      it(`take no more time for ${what} than for as many harmless ones`, () => {
        // A quadratic expression over 20,000 characters takes dozens of times as long each time; a collection of
        // garbage that falls into one measurement does not fall into three.
        const limit = 10 * harmless;
        const measured = [time(text)];
        while (measured.length < 3 && Math.min(...measured) >= limit) measured.push(time(text));
        expect(Math.min(...measured)).to.be.below(limit);
      });
  });
  it("match wildcards as a regular expression would, in linear time", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 12 }),
        fc.string({ unit: fc.constantFrom("a", "b") }),
        (pattern, text) => {
          const expected = new RegExp(
            `^${pattern
              .split("*")
              .map((piece) => piece.replace(/[^ab]/g, ""))
              .join(".*")}$`,
          ).test(text);
          expect(matches(pattern, text)).to.equal(expected);
        },
      ),
    );
  });
  it("never let a malformed waiver waive", () => {
    fc.assert(
      fc.property(object, (waiver) => {
        const waivers = new Waivers([waiver as never], new Set(["containers-are-unprivileged"]), "2026-06-15");
        expect(waivers.excuse("containers-are-unprivileged", subject("kubernetes:core/v1:Pod", {}))).to.equal(
          undefined,
        );
      }),
    );
  });
});
