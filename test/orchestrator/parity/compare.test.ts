import { expect } from "chai";
import { guardManifests } from "../../../infra/environments/environment";
import type { Profile } from "../../../infra/environments/sizes";
import { graded } from "../../../orchestrator/parity/allowed";
import { specOf } from "../../support/environments";
import { compare, type Side } from "../../../orchestrator/parity/compare";

const side = (name: string, resources: Record<string, Record<string, unknown>>): Side => ({
  name,
  own: { [name]: "<environment>", [`${name}.example`]: "<domain>" },
  resources: Object.entries(resources).map(([resource, inputs]) => ({
    urn: `urn:pulumi:${name}::slipway::t::${resource}`,
    type: "t",
    inputs,
  })),
});

describe("parity of two environments [B8.4]", () => {
  it("takes an environment's own words for the same thing, in names, keys and values", () => {
    const of = (name: string) => side(name, { [`${name}-vpc`]: { [name]: `https://a.${name}.example/${name}` } });
    expect(compare(of("staging"), of("production"), []).differences).to.deep.equal([]);
  });
  it("finds every input that differs, is missing or is there on one side only", () => {
    const { differences } = compare(
      side("staging", { a: { size: 1, list: ["x", "y"], same: true }, b: {} }),
      side("production", { a: { size: 2, list: ["x"], same: true, more: null }, c: {} }),
      [],
    );
    expect(differences).to.deep.equal([
      { resource: "t a", path: "size", left: "1", right: "2" },
      { resource: "t a", path: "list.1", left: '"y"', right: "" },
      { resource: "t a", path: "more", left: "", right: "null" },
      { resource: "t b", path: "", left: "there", right: "" },
      { resource: "t c", path: "", left: "", right: "there" },
    ]);
  });
  it("compares documents by what they say, and tells texts from numbers", () => {
    const left = side("staging", { a: { policy: '{"a": 1, "b": [2]}', n: "1" } });
    const right = side("production", { a: { policy: '{"b":[2],"a":1}', n: 1 } });
    expect(compare(left, right, []).differences.map(({ path }) => path)).to.deep.equal(["n"]);
    expect(compare(side("s", { a: { x: "{no" } }), side("p", { a: { x: "{no" } }), []).differences).to.deep.equal([]);
  });
  it("gives the reason of what is allowed, nothing else, and names allowances nobody needs", () => {
    const size = { resource: /^t a$/, path: /^size$/, reason: "sizes differ" };
    const stale = { resource: /^t z$/, path: /^$/, reason: "long gone" };
    const { differences, unused } = compare(
      side("staging", { a: { size: 1, other: 1 } }),
      side("production", { a: { size: 2, other: 2 } }),
      [size, stale],
    );
    expect(differences.map(({ path, reason }) => [path, reason])).to.deep.equal([
      ["size", "sizes differ"],
      ["other", undefined],
    ]);
    expect(unused).to.deep.equal([stale]);
  });
  it("[C1.8] sizes of C1.7 and C1.8 are allowed by name, the guards they differ in and nothing else", () => {
    const guards = (kind: "staging" | "production", profile: Profile): Side => ({
      name: kind,
      own: { [kind]: "<environment>", [`${kind}.example.com`]: "<domain>" },
      resources: guardManifests({ spec: specOf(kind, { profile }), vpcCidr: "10.10.0.0/16" }).map((manifest) => ({
        urn: `urn:pulumi:x::slipway::t::gitops-environment-namespace-${manifest.metadata.name}`,
        type: `kubernetes:core/v1:${manifest.kind}`,
        inputs: { spec: manifest["spec"] },
      })),
    });
    const between = (profile: Profile) =>
      compare(guards("staging", profile), guards("production", profile), graded.slice(0, 1));
    expect(between("equal").differences).to.deep.equal([]);
    const { differences, unused } = between("graded");
    expect(differences.filter(({ reason }) => reason === undefined)).to.deep.equal([]);
    expect(differences.map(({ path }) => path)).to.include("spec.hard.requests.cpu");
    expect(unused).to.deep.equal([]);
  });
});
