import { stringify } from "yaml";
import type { PlannedResource } from "../cost/estimate";
import type { BundleFile } from "./bundle";
import { delivered, phaseOf, type Planned } from "./planned";

interface Manifest {
  readonly path: string;
  readonly text: string;
}

/**
 * The Kubernetes objects that the program itself owns, as Kustomize base and overlays (A20.2): what is alike in every
 * environment stands once. Secrets are left out: they are made in the cluster from the store (A20.4).
 */
export function manifestFiles(planned: ReadonlyMap<string, Planned>): Map<string, BundleFile> {
  const perEnvironment = new Map(
    [...planned].map(([name, { resources }]) => [
      name,
      new Map(resources.flatMap(manifestOf).map(({ path, text }) => [path, text])),
    ]),
  );
  const [first = new Map<string, string>(), ...others] = [...perEnvironment.values()];
  // With one environment there is nothing to share.
  const base = new Map(
    [...first].filter(([path, text]) => others.length > 0 && others.every((one) => one.get(path) === text)),
  );
  const files = new Map<string, BundleFile>();
  const add = (folder: string, objects: ReadonlyMap<string, string>, below: readonly string[]) => {
    const paths = [...objects.keys()].toSorted();
    files.set(`${folder}/kustomization.yaml`, {
      content: yaml({
        apiVersion: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        resources: [...below, ...paths],
      }),
    });
    for (const path of paths) files.set(`${folder}/${path}`, { content: objects.get(path) ?? "" });
  };
  if (base.size > 0) add("infra/base", base, []);
  for (const [name, objects] of perEnvironment) {
    const own = new Map([...objects].filter(([path]) => !base.has(path)));
    add(`infra/overlays/${name}`, own, base.size > 0 ? ["../../base"] : []);
  }
  return files;
}

const yaml = (value: unknown) => stringify(value, { lineWidth: 0 });

/** Kinds that are no object of a cluster's own: charts are delivered as values, patches belong to what they patch. */
const SKIPPED = /^kubernetes:(?:helm\.sh|yaml|kustomize)\/|Patch$|^kubernetes:core\/v1:Secret$/;

function manifestOf(resource: PlannedResource): Manifest[] {
  const { type } = resource;
  if (!type.startsWith("kubernetes:") || SKIPPED.test(type)) return [];
  const object = delivered(resource.inputs) as {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string };
  };
  const { apiVersion, kind, metadata, ...rest } = object;
  const file = [kind, metadata.namespace, metadata.name].filter((part) => part !== undefined).join("-");
  return [
    {
      path: `${folderOf(resource)}/${file.toLowerCase().replaceAll(/[^a-z0-9.-]/g, "-")}.yaml`,
      text: yaml({ apiVersion, kind, metadata, ...rest }),
    },
  ];
}

/** `NetworkPolicy` → `network-policy`. */
const folderOf = (resource: PlannedResource) =>
  (phaseOf(resource) ?? "platform").replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
