import Ajv from "ajv";
import { expect } from "chai";
import { Check } from "../../../policy/manifest/check";
import { junitReport, sarifReport, type Report } from "../../../policy/manifest/report";
import { rules } from "../../../policy/rules";
import { cases } from "../cases";
import type { Any } from "../cases/case";

const waiver = { owner: "team", reason: 'because <it> & "so"\u0007', expires: "2027-01-31" };
/** Every rule's findings, waivers in every state, files with odd names, a document nobody can read. */
function everything(): Report {
  const config = {
    all: {
      enforcementLevel: "mandatory",
      waivers: [
        { ...waiver, rule: "containers-are-unprivileged", object: "default/*", wildcard: true },
        { ...waiver, rule: "keys-rotate", object: "default/nothing" },
      ],
    },
    "containers-have-probes": "advisory",
  };
  const check = new Check({ rules, environment: "production", config, today: "2026-06-15", version: "1.2.3" });
  const objects = cases
    .flatMap(({ fail }) => Object.values(fail))
    .flat()
    .filter((one: Any) => one.kind !== undefined);
  objects.forEach((one, index) =>
    check.document(`folder with space/ä<&"#${index}.yaml`, JSON.stringify(one), index + 1),
  );
  check.document("broken.yaml", "a: b: c <&>", 7);
  return check.report();
}

const text = { type: "string", minLength: 1 };
const strict = (properties: Record<string, unknown>, required = Object.keys(properties)) => ({
  type: "object",
  additionalProperties: false,
  properties,
  required,
});
const message = strict({ text });
const location = strict({
  physicalLocation: strict({
    artifactLocation: strict({ uri: { type: "string", pattern: "^[A-Za-z0-9%/._~:?#@!$&'()*+,;=-]+$" } }),
    region: strict({ startLine: { type: "integer", minimum: 1 } }),
  }),
});
const level = { enum: ["none", "note", "warning", "error"] };
/** What SARIF 2.1.0 says of the parts that are used (sections 3.13 to 3.58); anything else would be a mistake. */
const sarif = strict({
  $schema: text,
  version: { const: "2.1.0" },
  runs: {
    type: "array",
    minItems: 1,
    items: strict({
      tool: strict({
        driver: strict({
          name: text,
          version: text,
          rules: {
            type: "array",
            uniqueItems: true,
            items: strict({
              id: text,
              shortDescription: message,
              help: message,
              helpUri: { type: "string", pattern: "^https://" },
              defaultConfiguration: strict({ level }),
              properties: { type: "object" },
            }),
          },
        }),
      }),
      properties: { type: "object" },
      invocations: {
        type: "array",
        items: strict({
          executionSuccessful: { type: "boolean" },
          toolExecutionNotifications: {
            type: "array",
            items: strict({ level, message, locations: { type: "array", items: location } }),
          },
        }),
      },
      results: {
        type: "array",
        items: strict(
          {
            ruleId: text,
            kind: { enum: ["notApplicable", "pass", "fail", "review", "open", "informational"] },
            level,
            message,
            locations: { type: "array", items: location },
            suppressions: {
              type: "array",
              items: strict({ kind: { enum: ["inSource", "external"] }, justification: text }),
            },
          },
          ["ruleId", "kind", "level", "message", "locations"],
        ),
      },
    }),
  },
});

describe("a report as SARIF", () => {
  const report = everything();
  const document = JSON.parse(JSON.stringify(sarifReport(report))) as Any;
  it("is what the standard says it is", () => {
    const ajv = new Ajv({ allErrors: true });
    expect(ajv.validate(sarif, document), ajv.errorsText()).to.equal(true);
  });
  it("names the rule of each result, and counts as fail only what has a level (section 3.27.10)", () => {
    const [{ tool, results }] = document.runs;
    const ids = new Set(tool.driver.rules.map(({ id }: Any) => id));
    expect(results.length).to.be.greaterThan(100);
    for (const { ruleId, kind, level: own } of results) {
      expect(ids).to.include(ruleId);
      expect(own === "none", `${kind} ${own}`).to.equal(kind !== "fail");
    }
    expect(results.some(({ suppressions }: Any) => suppressions !== undefined)).to.equal(true);
    expect(document.runs[0].invocations[0].executionSuccessful).to.equal(false);
  });
});

/** Elements and attributes of JUnit's format as build servers read it (https://github.com/testmoapp/junitxml). */
const JUNIT: Readonly<Record<string, { attributes: readonly string[]; within: readonly string[] }>> = {
  testsuites: { attributes: [], within: [""] },
  testsuite: { attributes: ["name", "tests", "failures", "errors"], within: ["testsuites"] },
  properties: { attributes: [], within: ["testsuite"] },
  property: { attributes: ["name", "value"], within: ["properties"] },
  testcase: { attributes: ["classname", "name"], within: ["testsuite"] },
  failure: { attributes: ["message"], within: ["testcase"] },
  error: { attributes: ["message"], within: ["testcase"] },
  "system-out": { attributes: [], within: ["testcase"] },
};
const TOKEN = /<\?xml [^<>]*\?>|<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<>]+)/y;

/** Reads well-formed XML without namespaces, comments or CDATA, which the report does not use; counts its elements. */
function read(xml: string): Record<string, number> {
  const open: string[] = [""];
  const count: Record<string, number> = {};
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < xml.length;) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(xml);
    if (match === null) throw new Error(`no XML: ${xml.slice(start, start + 80)}`);
    const [whole, closes, name, attributes = "", alone, content] = match;
    expect(whole.replace(/&(?:amp|lt|gt|quot);/g, ""), "a bare ampersand").to.not.include("&");
    // The characters of XML 1.0, section 2.2.
    expect(/^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u.test(whole)).to.equal(true);
    if (content !== undefined || name === undefined) continue;
    if (closes === "/") {
      expect(open.pop()).to.equal(name);
      continue;
    }
    const known = JUNIT[name];
    expect(known?.within, `<${name}> in <${String(open.at(-1))}>`).to.include(open.at(-1));
    const given = [...attributes.matchAll(/ ([a-z]+)=/g)].map(([, key]) => key);
    expect(given, name).to.deep.equal(known?.attributes);
    count[name] = (count[name] ?? 0) + 1;
    if (alone !== "/") open.push(name);
  }
  expect(open).to.deep.equal([""]);
  return count;
}

describe("a report as JUnit", () => {
  it("is well-formed, of known elements, and counts what it says it counts", () => {
    const xml = junitReport(everything());
    const count = read(xml);
    const said = (name: string) => Number(new RegExp(`<testsuite [^>]*${name}="(\\d+)"`).exec(xml)?.[1]);
    expect([said("tests"), said("failures"), said("errors")]).to.deep.equal([
      count["testcase"],
      count["failure"],
      count["error"],
    ]);
    expect(count).to.include({ property: 2, error: 1, testcase: rules.length + 1 });
    expect(count["failure"]).to.be.greaterThan(40);
  });
});
