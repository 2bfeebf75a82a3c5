import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as k8s from "@pulumi/kubernetes";
import { expect } from "chai";
import { parseAllDocuments, stringify } from "yaml";
import type { ApplicationSpec } from "../../../infra/environments/application";
import { ApplicationEnvironment, guardManifests, type Surroundings } from "../../../infra/environments/environment";
import { baseTree, overlayTree, type Tree } from "../../../infra/environments/kustomize";
import type { Manifest } from "../../../infra/environments/manifest";
import type { PatchOperation } from "../../../infra/environments/patch";
import { kinds, type Kind } from "../../../infra/environments/sizes";
import { imageOf, refreshSettings, specOf } from "../../support/environments";
import { record } from "../../support/pulumi";

const base = specOf("preview");
const VPC = "10.10.0.0/16";
const surroundings: Surroundings = {
  vpcCidr: VPC,
  groups: { developers: "acme:dev", qaEngineers: "acme:qa", viewers: "acme:all" },
  podMaximum: { cpu: "2", memory: "4096Mi" },
};

/** Every way an environment can be: as it is usually, and with each choice there is. */
const alerts = { environment: "production", runbook: "https://runbooks.example.com" } as const;
const variants: Readonly<Record<string, readonly [kind: Kind, changed: Partial<ApplicationSpec>]>> = {
  ...Object.fromEntries(kinds.map((kind) => [kind, [kind, kind === "preview" ? {} : { alerts }]])),
  "production by Argo Rollouts": ["production", { alerts, strategy: { by: "argo-rollouts" } }],
  "staging by Argo Rollouts, its data refreshed": [
    "staging",
    { alerts, strategy: { by: "argo-rollouts" }, refresh: refreshSettings },
  ],
  "production by Flagger": [
    "production",
    { alerts, strategy: { by: "flagger", loadTester: "http://loadtester.flagger/" } },
  ],
  ...Object.fromEntries(
    (["qa", "staging", "production"] as const).map((kind) => [`graded ${kind}`, [kind, { alerts, profile: "graded" }]]),
  ),
  "graded staging by Argo Rollouts": ["staging", { profile: "graded", strategy: { by: "argo-rollouts" } }],
};
const specIn = (variant: string, image = imageOf("b")): ApplicationSpec => {
  const [kind, changed] = variants[variant] ?? ["qa", {}];
  return specOf(kind, { image, ...changed });
};
const treeOf = (variant: string): Tree =>
  new Map([...baseTree(base), ...overlayTree(specIn(variant), { base, ...surroundings })]);

interface Kustomization {
  namespace?: string;
  resources: string[];
  images?: { name: string; newName: string; digest: string }[];
  patches?: { target?: { kind: string; name: string }; patch: string }[];
}

/** What Kustomize makes of a folder, as far as these folders use it. */
function render(tree: Tree, folder: string): Manifest[] {
  const { namespace, resources, images = [], patches = [] } = tree.get(`${folder}/kustomization.yaml`) as Kustomization;
  let manifests = resources.flatMap((resource) => {
    const there = path.posix.join(folder, resource);
    return tree.has(there) ? [structuredClone(tree.get(there)) as Manifest] : render(tree, there);
  });
  for (const { target, patch } of patches) {
    if (target === undefined) {
      const gone = JSON.parse(patch) as Manifest & { $patch: string };
      expect(gone.$patch).to.equal("delete");
      const left = manifests.filter(
        ({ kind, metadata: { name } }) => kind !== gone.kind || name !== gone.metadata.name,
      );
      expect(left, `without ${gone.kind} ${gone.metadata.name}`).to.have.length(manifests.length - 1);
      manifests = left;
      continue;
    }
    const found = manifests.filter(({ kind, metadata }) => kind === target.kind && metadata.name === target.name);
    expect(found, `what a patch of ${target.kind} ${target.name} means`).to.have.length(1);
    manifests = manifests.map((one) => (one === found[0] ? applied(one, JSON.parse(patch) as PatchOperation[]) : one));
  }
  let text = JSON.stringify(manifests);
  for (const { name, newName, digest } of images)
    text = text.replaceAll(`"image":"${name}"`, `"image":"${newName}@${digest}"`);
  return (JSON.parse(text) as Manifest[]).map((one) =>
    namespace === undefined ? one : { ...one, metadata: { ...one.metadata, namespace } },
  );
}

/** RFC 6902, as far as these patches use it. */
function applied(manifest: Manifest, patch: readonly PatchOperation[]): Manifest {
  for (const operation of patch) {
    const keys = operation.path
      .split("/")
      .slice(1)
      .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = keys.pop() ?? "";
    const holder = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, {
      ...manifest,
    });
    expect(last in holder, operation.path).to.equal(operation.op !== "add");
    if (keys.length === 0) throw new Error("no patch replaces a whole field of the top");
    if (operation.op === "remove") delete holder[last];
    else holder[last] = operation.value;
  }
  return manifest;
}

const byName = (manifests: readonly object[]) =>
  Object.fromEntries(
    (manifests as Manifest[]).map((manifest) => [
      `${manifest.apiVersion} ${manifest.kind} ${manifest.metadata.name}`,
      manifest,
    ]),
  );

/** What the program declares, as the objects of the API. */
async function declared(variant: string): Promise<Record<string, object>> {
  const spec = specIn(variant);
  const { seen } = await record("dev", () => {
    const provider = new k8s.Provider("cluster", { kubeconfig: "{}" });
    new ApplicationEnvironment("shop", { spec, ...surroundings, provider });
  });
  const objects = seen
    .filter(({ type }) => /^kubernetes:.*\/v/.test(type))
    // Values of a preview's own; nothing of them is ever written down.
    .filter(({ type }) => !type.endsWith(":Secret"))
    .map(({ inputs }) => inputs);
  return byName(objects);
}

for (const [variant, [kind]] of Object.entries(variants)) {
  describe(`the environment ${variant} in Git`, () => {
    it("[C1.3] [C7.1] the rendered overlay and its guards are exactly what Pulumi declares", async () => {
      const tree = treeOf(variant);
      const rendered = byName([...render(tree, `overlays/${kind}`), ...render(tree, `overlays/${kind}/guards`)]);
      expect(rendered).to.deep.equal(await declared(variant));
    });
    it("[C1.4] an overlay names the image by digest, once; no file of the base names one", () => {
      const tree = treeOf(variant);
      const files = [...tree].filter(([, content]) =>
        JSON.stringify(content).includes(imageOf("b").split("@")[1] ?? ""),
      );
      expect(files.map(([name]) => name)).to.deep.equal([`overlays/${kind}/kustomization.yaml`]);
    });
    it("real Kustomize renders it the same", function () {
      if (spawnSync("kubectl", ["kustomize", "--help"]).status !== 0) this.skip();
      this.timeout(20_000);
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-kustomize-"));
      try {
        const tree = treeOf(variant);
        for (const [name, content] of tree) {
          fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
          // As `slipway environment render` writes it.
          fs.writeFileSync(path.join(folder, name), stringify(content, { lineWidth: 0, aliasDuplicateObjects: false }));
        }
        for (const part of [`overlays/${kind}`, `overlays/${kind}/guards`]) {
          const out = execFileSync("kubectl", ["kustomize", path.join(folder, part)], { encoding: "utf8" });
          const real = parseAllDocuments(out).map((document) => document.toJSON() as object);
          expect(byName(real), part).to.deep.equal(byName(render(tree, part)));
        }
      } finally {
        fs.rmSync(folder, { recursive: true });
      }
    });
  });
}

describe("what Git holds of environments", () => {
  it("no secret, in any of them", () => {
    for (const variant of Object.keys(variants))
      expect([...treeOf(variant).values()].map((content) => (content as Manifest).kind)).to.not.include("Secret");
  });
  it("the platform's part is apart from what an application's repository may deliver", () => {
    const kindsOf = (manifests: readonly Manifest[]) => new Set(manifests.map(({ kind }) => kind));
    for (const [variant, [kind]] of Object.entries(variants)) {
      const guards = kindsOf(guardManifests({ spec: specIn(variant), vpcCidr: VPC }));
      const workload = kindsOf(render(treeOf(variant), `overlays/${kind}`));
      expect([...workload].filter((one) => guards.has(one))).to.deep.equal([]);
    }
  });
});
