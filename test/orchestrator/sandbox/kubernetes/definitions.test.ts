import * as fs from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import { chartTables } from "../../../../orchestrator/sandbox/kubernetes/charts";
import { customKinds } from "../../../../orchestrator/sandbox/kubernetes/charts/definitions";
import { flaggerDefinitions } from "../../../../orchestrator/sandbox/kubernetes/charts/definitions/flagger";
import { traefikDefinitions } from "../../../../orchestrator/sandbox/kubernetes/charts/definitions/traefik";
import { bounded, fields, text } from "../../../../orchestrator/sandbox/kubernetes/charts/schema";
import { at, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { customObjects } from "../../../support/custom-objects";
import { boundsOf, fileOf, writeBounds, type Schema } from "../../../support/published-bounds";
import { root } from "../../../support/pulumi";
import { recorded } from "../../../support/recorded";

/** What each project publishes; it stands beside the project and does not ship. */
const published = path.join(root, "..", "shared", "crds");

const bounds = path.join(root, "orchestrator/sandbox/kubernetes/charts/definitions/bounds");

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

/** Paths of an object that its definition does not look into, or does not know. */
function unseen(schema: Schema | undefined, value: unknown, place: string): string[] {
  if (schema === undefined) return [`${place} is not declared`];
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true && schema.properties === undefined;
  if (open) return typeof value === "object" && Object.keys(value ?? {}).length > 0 ? [`${place} is open`] : [];
  if (Array.isArray(value)) return value.flatMap((one) => unseen(schema.items, one, `${place}[]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    unseen(schema.properties?.[key] ?? (schema.additionalProperties as Schema | undefined), inner, `${place}.${key}`),
  );
}

describe("the table of custom kinds", () => {
  const kinds = customKinds();
  const named = ({ group, kind }: { group: string; kind: string }) => `${group}/${kind}`;

  it("names each kind once, with what installs it", () => {
    const names = kinds.map(named);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).to.deep.equal([]);
  });

  it("has every kind that a chart brings", () => {
    const brought = Object.values(chartTables).flatMap((table) => [
      ...(table.definitions ?? []),
      ...(table.operatorDefinitions ?? []),
    ]);
    const missing = brought.filter(
      ({ metadata }) => !kinds.some(({ definition }) => definition.metadata.name === metadata.name),
    );
    expect(missing.map(({ metadata }) => metadata.name)).to.deep.equal([]);
  });

  for (const environment of ["dev", "staging", "production"])
    it(`knows every field that the platform writes into a custom resource of ${environment}`, async () => {
      const { seen } = await recorded(environment);
      const blind = customObjects(seen).flatMap(({ group, version, object }) => {
        const row = kinds.find(
          (one) => one.group === group && one.kind === object.kind && one.versions.includes(version),
        );
        if (row === undefined) return [`${group}/${version} ${object.kind} is not in the table`];
        const { metadata: _metadata, apiVersion: _apiVersion, kind, ...rest } = object;
        const schema = versions(row.definition).find(({ name }) => name === version)?.schema.openAPIV3Schema;
        return Object.entries(rest).flatMap(([key, value]) =>
          unseen((schema?.properties as Record<string, Schema> | undefined)?.[key], value, `${kind}.${key}`),
        );
      });
      expect([...new Set(blind)]).to.deep.equal([]);
    });

  it("takes no limit for a field that a schema does not have", () => {
    const schema = fields({ name: text() });
    expect(bounded(schema, "spec", { "spec.name": { maxLength: 3 } })).to.deep.include({
      properties: { name: { type: "string", maxLength: 3 } },
    });
    expect(() => bounded(schema, "spec", { "spec.nmae": { maxLength: 3 } })).to.throw("not there: spec.nmae");
  });
});

describe("definitions of custom resources", () => {
  before(function () {
    if (!fs.existsSync(published)) this.skip();
  });
  const all = customKinds().map(({ definition }) => definition);
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
    ).to.deep.equal(NOT_AT_HAND);
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

  it("set every limit that is published for a field we use: lengths, patterns, ranges, keys, rules", () => {
    const wrong = customKinds().flatMap(({ definition, closed, kind, installedBy }) => {
      const real = closed ? theirs(definition) : undefined;
      const [mine] = versions(definition);
      const its = real && versions(real).find(({ name }) => name === mine?.name);
      const [ours, published] = [mine, its].map((one) => one?.schema.openAPIV3Schema.properties.spec);
      if (ours === undefined || published === undefined) return [];
      const wanted = boundsOf(ours, published);
      // As with the other records: written anew when asked, and read in the diff.
      const file = path.join(bounds, `${fileOf(kind)}.ts`);
      if (process.env["GOLDEN"] === "write" && fs.existsSync(file)) writeBounds(file, kind, installedBy, wanted);
      const set = boundsOf(ours, ours);
      return Object.entries(wanted)
        .filter(([place, limits]) => !isDeepStrictEqual(set[place], limits))
        .map(([place, limits]) => `${definition.metadata.name}: ${place} ${JSON.stringify(limits)}`);
    });
    expect(wrong).to.deep.equal([]);
  });
});

/** Definitions that the collection of published ones does not have: ours alone judge. */
const NOT_AT_HAND = [
  "installations.operator.tigera.io",
  "tigerastatuses.operator.tigera.io",
  "ciliumclusterwidenetworkpolicies.cilium.io",
  ...flaggerDefinitions.map(({ metadata }) => metadata.name),
  "kustomizations.kustomize.toolkit.fluxcd.io",
  "gitrepositories.source.toolkit.fluxcd.io",
  "buckets.source.toolkit.fluxcd.io",
  "externalartifacts.source.toolkit.fluxcd.io",
  "helmcharts.source.toolkit.fluxcd.io",
  "helmrepositories.source.toolkit.fluxcd.io",
  "ocirepositories.source.toolkit.fluxcd.io",
  "bundles.trust.cert-manager.io",
  ...["volumesnapshots", "volumesnapshotclasses", "volumesnapshotcontents"].map(
    (kind) => `${kind}.snapshot.storage.k8s.io`,
  ),
  // Brought by the chart; the platform writes none of them.
  ...traefikDefinitions.map(({ metadata }) => metadata.name),
];
