import { stringify } from "yaml";
import type { BundleFile } from "./bundle";
import { layered } from "./overlay";
import { delivered, phaseOf, type Planned } from "./planned";

/** A Helm release as it is planned. */
interface PlannedRelease {
  readonly name: string;
  readonly chart: string;
  readonly version: string;
  readonly repository: string | undefined;
  readonly namespace: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Place of its phase in the order of the rollout. */
  readonly wave: number;
}

/** Order of the phases by the name of their component. */
export type Waves = ReadonlyMap<string, number>;

const RELEASE = "kubernetes:helm.sh/v3:Release";
const IN_CLUSTER = "https://kubernetes.default.svc";
const PROJECT = "platform";
const ARGO = "argoproj.io/v1alpha1";

function releasesOf({ resources }: Planned, waves: Waves): PlannedRelease[] {
  return resources
    .filter(({ type }) => type === RELEASE)
    .map((resource) => {
      const inputs = delivered(resource.inputs) as {
        name: string;
        chart: string;
        version: string;
        repositoryOpts?: { repo?: string };
        namespace: string;
        values?: Readonly<Record<string, unknown>>;
      };
      return {
        name: inputs.name,
        chart: inputs.chart,
        version: inputs.version,
        repository: inputs.repositoryOpts?.repo,
        namespace: inputs.namespace,
        values: inputs.values ?? {},
        wave: waves.get(phaseOf(resource) ?? "") ?? 0,
      };
    });
}

/**
 * Values of every chart as base and overlays, and an application of applications per environment that installs the same
 * charts with the same values (A20.1, A20.2, F2.4): for who hands the add-ons over to Argo CD. One writer at a time: what
 * Argo CD delivers is taken out of the Pulumi program first.
 */
export function chartFiles(planned: ReadonlyMap<string, Planned>, waves: Waves): Map<string, BundleFile> {
  const files = new Map<string, BundleFile>();
  const releases = new Map([...planned].map(([name, one]) => [name, releasesOf(one, waves)]));
  const names = new Set([...releases.values()].flat().map(({ name }) => name));
  for (const name of [...names].toSorted()) {
    const values = new Map(
      [...releases].flatMap(([environment, all]) => {
        const one = all.find((release) => release.name === name);
        return one === undefined ? [] : [[environment, one.values] as const];
      }),
    );
    const { base, overlays } = layered(values);
    files.set(`apps/base/${name}/values.yaml`, { content: yaml(base) });
    for (const [environment, overlay] of overlays)
      files.set(`apps/overlays/${environment}/${name}/values.yaml`, { content: yaml(overlay) });
  }
  for (const [environment, all] of releases) {
    const { config } = planned.get(environment) as Planned;
    files.set(`apps/root/${environment}/project.yaml`, { content: yaml(projectOf(all, config)) });
    for (const one of all)
      files.set(`apps/root/${environment}/${one.name}.yaml`, {
        content: yaml(applicationOf(one, environment, config)),
      });
  }
  return files;
}

const yaml = (value: unknown) => stringify(value, { lineWidth: 0, sortMapEntries: true });

/** Argo CD names a chart of an OCI registry apart from its repository, and without the scheme. */
function sourceOf({ chart, repository }: PlannedRelease): { repoURL: string; chart: string } {
  if (repository !== undefined) return { repoURL: repository, chart };
  const address = chart.replace(/^oci:\/\//, "");
  const cut = address.lastIndexOf("/");
  return { repoURL: address.slice(0, cut), chart: address.slice(cut + 1) };
}

/** May deliver these charts into their namespaces, and nothing from anywhere else. */
function projectOf(all: readonly PlannedRelease[], { gitops }: Planned["config"]): object {
  const unique = (list: readonly string[]) => [...new Set(list)].toSorted();
  return {
    apiVersion: ARGO,
    kind: "AppProject",
    metadata: { name: PROJECT, namespace: "argocd", annotations: { "argocd.argoproj.io/sync-wave": "-1" } },
    spec: {
      description: "Add-ons of the platform",
      sourceRepos: unique([gitops.repository, ...all.map((one) => sourceOf(one).repoURL)]),
      destinations: unique(all.map(({ namespace }) => namespace)).map((namespace) => ({
        server: IN_CLUSTER,
        namespace,
      })),
      clusterResourceWhitelist: CLUSTER_KINDS.map(([group, kind]) => ({ group, kind })),
    },
  };
}

/** What charts make beside their namespace; namespaces, policies and quotas stay with the Pulumi program. */
const CLUSTER_KINDS = [
  ["admissionregistration.k8s.io", "MutatingWebhookConfiguration"],
  ["admissionregistration.k8s.io", "ValidatingWebhookConfiguration"],
  ["apiextensions.k8s.io", "CustomResourceDefinition"],
  ["apiregistration.k8s.io", "APIService"],
  ["rbac.authorization.k8s.io", "ClusterRole"],
  ["rbac.authorization.k8s.io", "ClusterRoleBinding"],
  ["scheduling.k8s.io", "PriorityClass"],
  ["storage.k8s.io", "StorageClass"],
] as const;

function applicationOf(release: PlannedRelease, environment: string, { gitops }: Planned["config"]): object {
  return {
    apiVersion: ARGO,
    kind: "Application",
    metadata: {
      name: release.name,
      namespace: "argocd",
      annotations: { "argocd.argoproj.io/sync-wave": String(release.wave) },
    },
    spec: {
      project: PROJECT,
      destination: { server: IN_CLUSTER, namespace: release.namespace },
      sources: [
        {
          ...sourceOf(release),
          targetRevision: release.version,
          helm: {
            releaseName: release.name,
            valueFiles: [`base`, `overlays/${environment}`].map(
              (layer) => `$values/apps/${layer}/${release.name}/values.yaml`,
            ),
          },
        },
        { repoURL: gitops.repository, targetRevision: gitops.revision, ref: "values" },
      ],
      syncPolicy: {
        automated: { prune: true, selfHeal: true, allowEmpty: false },
        syncOptions: ["ServerSideApply=true"],
      },
    },
  };
}
