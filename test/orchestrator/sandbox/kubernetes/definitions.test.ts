import * as fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import * as tables from "../../../../orchestrator/sandbox/kubernetes/charts/definitions";
import { at, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { root } from "../../../support/pulumi";

/** What each project publishes; it stands beside the project and does not ship. */
const published = path.join(root, "..", "shared", "crds");

interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}
interface Version {
  readonly name: string;
  readonly schema: { readonly openAPIV3Schema: { readonly properties: { readonly spec?: Schema } } };
}
const versions = (definition: KubeObject) => at(definition, "spec", "versions") as Version[];

/** Where ours takes a field, type or choice that theirs refuses, or misses one that theirs demands. */
function laxer(ours: Schema, theirs: Schema, place: string): string[] {
  const open = (schema: Schema) => schema["x-kubernetes-preserve-unknown-fields"] === true;
  if (open(theirs) || open(ours)) return [];
  const found: string[] = [];
  if (ours.type !== theirs.type) found.push(`${place} is ${ours.type ?? "anything"}, theirs ${theirs.type ?? ""}`);
  if (theirs.enum !== undefined && ours.enum?.every((value) => theirs.enum?.includes(value)) !== true)
    found.push(`${place} takes other values`);
  const missing = (theirs.required ?? []).filter((key) => ours.required?.includes(key) !== true);
  found.push(...missing.map((key) => `${place}.${key} is not required`));
  for (const [key, value] of Object.entries(ours.properties ?? {})) {
    const other = theirs.properties?.[key];
    if (other !== undefined) found.push(...laxer(value, other, `${place}.${key}`));
    else if (theirs.additionalProperties === undefined) found.push(`${place}.${key} does not exist`);
  }
  if (ours.items !== undefined && theirs.items !== undefined)
    found.push(...laxer(ours.items, theirs.items, `${place}[]`));
  return found;
}

describe("definitions of custom resources", () => {
  before(function () {
    if (!fs.existsSync(published)) this.skip();
  });
  const all = Object.values(tables).flat();
  const theirs = (definition: KubeObject): KubeObject | undefined => {
    const [group, plural] = [at(definition, "spec", "group"), at(definition, "spec", "names", "plural")].map(String);
    const file = path.join(published, group ?? "", `${plural ?? ""}.json`);
    return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as KubeObject) : undefined;
  };

  it("name kinds, scopes and versions that their projects publish", () => {
    const wrong = all.flatMap((definition) => {
      const real = theirs(definition);
      if (real === undefined) return [];
      const known = versions(real).map(({ name }) => name);
      return [
        ...(at(real, "spec", "scope") === at(definition, "spec", "scope")
          ? []
          : [`${definition.metadata.name}: scope`]),
        ...versions(definition).flatMap(({ name }) =>
          known.includes(name) ? [] : [`${definition.metadata.name} ${name}`],
        ),
      ];
    });
    expect(wrong).to.deep.equal([]);
    expect(
      all.filter((definition) => theirs(definition) === undefined).map(({ metadata }) => metadata.name),
    ).to.deep.equal(["ciliumclusterwidenetworkpolicies.cilium.io"], "the only one that is not at hand");
  });

  it("take no field, type or choice that the published schema refuses, and demand what it demands", () => {
    const wrong = all.flatMap((definition) =>
      versions(definition).flatMap((version) => {
        const real = theirs(definition);
        const other = real && versions(real).find(({ name }) => name === version.name);
        const [mine, its] = [version, other].map((one) => one?.schema.openAPIV3Schema.properties.spec);
        if (mine === undefined || its === undefined) return [];
        return laxer(mine, its, "spec").map((text) => `${definition.metadata.name} ${version.name}: ${text}`);
      }),
    );
    expect(wrong).to.deep.equal([]);
  });
});
