import type { ApplicationSpec } from "./application";
import { guardManifests, workloadManifests, type Surroundings } from "./environment";
import type { Manifest } from "./manifest";
import { differenceOf, type PatchOperation } from "./patch";

/** Path below the folder of the application → the object the file holds. */
export type Tree = ReadonlyMap<string, object>;

const KUSTOMIZATION = { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization" };
/** Stands for the image in the base; every overlay names the real one by digest (C1.4). */
const PLACEHOLDER = "app";
/** The same in every environment but for what an overlay patches (C1.3). */
const BASE = ["Deployment/app", "Service/app", "Job/migrate"] as const;

/** What a base object is called: a job without the digest of the image it runs. */
const baseName = ({ kind, metadata: { name } }: Manifest) => `${kind}/${name.replace(/-[0-9a-f]{12}$/, "")}`;
const fileOf = (manifest: Manifest) => `${baseName(manifest).replace("/", "-").toLowerCase()}.yaml`;

/** What all environments have in common, without a namespace and without an image. */
function baseManifests(spec: ApplicationSpec): Manifest[] {
  const placeless = { ...spec, image: PLACEHOLDER };
  return workloadManifests(placeless)
    .filter((manifest) => BASE.some((name) => name === baseName(manifest)))
    .map(({ metadata: { namespace: _namespace, name, ...metadata }, ...manifest }) => ({
      ...manifest,
      metadata: { name: name.replace(/-[0-9a-f]{12}$/, ""), ...metadata },
    })) as Manifest[];
}

/** The base folder. Its numbers are those of the smallest environment (C1.7); every overlay states its own. */
export function baseTree(smallest: ApplicationSpec): Tree {
  const manifests = baseManifests(smallest);
  return new Map<string, object>([
    ...manifests.map((manifest) => [`base/${fileOf(manifest)}`, manifest] as const),
    ["base/kustomization.yaml", { ...KUSTOMIZATION, resources: manifests.map(fileOf) }],
  ]);
}

/**
 * The overlay of an environment: what the base lacks, patches of what it has, the image by digest. Beside it, in
 * `guards`, the platform's part, which no application's repository may deliver: it is there to be read and for clusters
 * that are managed without Pulumi.
 */
export function overlayTree(spec: ApplicationSpec, { base, ...surroundings }: OverlayContext): Tree {
  const folder = `overlays/${spec.kind}`;
  const bases = new Map(baseManifests(base).map((manifest) => [baseName(manifest), manifest]));
  const [repository, digest] = spec.image.split("@");
  const patches: object[] = [];
  const own: Manifest[] = [];
  const workloads = workloadManifests(spec);
  for (const manifest of workloads) {
    const below = bases.get(baseName(manifest));
    if (below === undefined) own.push(withImage(manifest, spec.image, PLACEHOLDER));
    else {
      const { namespace: _namespace, ...metadata } = manifest.metadata;
      const target = { kind: below.kind, name: below.metadata.name };
      const patch = differenceOf(below, withImage({ ...manifest, metadata }, spec.image, PLACEHOLDER));
      if (patch.length > 0) patches.push({ target, patch: text(patch), options: { allowNameChange: true } });
    }
  }
  // What the base has and this environment has not: Flagger makes the Service by itself (D5.3).
  for (const [name, { apiVersion, kind, metadata }] of bases)
    if (!workloads.some((manifest) => baseName(manifest) === name))
      patches.push({ patch: text({ $patch: "delete", apiVersion, kind, metadata: { name: metadata.name } }) });
  const guards = guardManifests({ spec, ...surroundings });
  const named = (where: string, manifests: readonly Manifest[]) =>
    manifests.map((manifest) => [`${folder}/${where}${fileOf(manifest)}`, manifest] as const);
  return new Map<string, object>([
    [
      `${folder}/kustomization.yaml`,
      {
        ...KUSTOMIZATION,
        namespace: spec.names.namespace,
        resources: ["../../base", ...own.map(fileOf)],
        images: [{ name: PLACEHOLDER, newName: repository, digest }],
        patches,
      },
    ],
    ...named("", own),
    [`${folder}/guards/kustomization.yaml`, { ...KUSTOMIZATION, resources: guards.map(fileOf) }],
    ...named("guards/", guards),
  ]);
}

export interface OverlayContext extends Surroundings {
  /** What the base was made of. */
  readonly base: ApplicationSpec;
}

/** Kustomize takes a patch as text. */
const text = (patch: readonly PatchOperation[] | object) => JSON.stringify(patch, undefined, 2);

/** The same object with another image in its containers. */
function withImage<T>(value: T, from: string, to: string): T {
  if (value === from) return to as T;
  if (Array.isArray(value)) return value.map((item: unknown) => withImage(item, from, to)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [key, withImage(item, from, to)]),
  ) as T;
}
