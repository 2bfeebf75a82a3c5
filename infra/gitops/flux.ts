import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../config";
import { LOOK_SECONDS } from "../environments/delivery";
import { stableKind } from "../environments/sizes";
import type { GitopsOutput } from "../outputs";
import type { RoleRule } from "../personas";
import { release } from "../release";
import { fluxValues } from "./flux-values";
import { declaringRules, workloadRules } from "./workload-kinds";

export const FLUX_SOURCE = "source.toolkit.fluxcd.io/v1";
export const FLUX_KUSTOMIZE = "kustomize.toolkit.fluxcd.io/v1";
/** Account that every delivery into a namespace acts as. */
export const DELIVERY = "delivery";
/** The Kustomization of Kustomizations, and the account it acts as. */
const ROOT = "applications";

/** A commit, as Git names it. */
const COMMIT = /^[0-9a-f]{40}$/;
const VERSION = /^v\d+\.\d+\.\d+$/;

/** How Flux takes a revision: what is pinned by what it is, so that nothing moves by itself (A7.2). Pure. */
export function refOf(revision: string): { commit: string } | { tag: string } | { branch: string } {
  if (COMMIT.test(revision)) return { commit: revision };
  return VERSION.test(revision) ? { tag: revision } : { branch: revision };
}

/** Where a Kustomization looks and how it goes on: drift is mended, what was taken out goes, failures are tried again. */
export function kustomizationSpec(look: number, source: string, path: string, account: string) {
  return {
    serviceAccountName: account,
    sourceRef: { kind: "GitRepository", name: source },
    path: `./${path}`,
    interval: `${look}s`,
    // A7.3: for as long as it takes; Flux has no limit of tries.
    retryInterval: "60s",
    // Its own health is that of what it delivered (A7.6).
    timeout: "5m",
    wait: true,
    prune: true,
  };
}

export interface FluxArgs {
  readonly config: PlatformConfig;
  /** Namespace of the controllers, guarded. */
  readonly home: pulumi.Output<string>;
  /** Namespaces that applications are delivered into, and the applications that have to be there. */
  readonly targets: Readonly<Record<string, pulumi.Output<string>>>;
  readonly applications: readonly string[];
  readonly provider: k8s.Provider;
  readonly parent: pulumi.Resource;
  readonly dependsOn: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
}

/**
 * Flux delivers what the repository declares (A7.5): one Kustomization of Kustomizations over `apps/flux/ENVIRONMENT`. Each
 * delivery acts as an account of its own namespace, so that the API server and not a controller says what it may.
 */
export function deliverByFlux(
  name: string,
  args: FluxArgs,
): { [K in keyof GitopsOutput]: pulumi.Output<GitopsOutput[K]> } {
  const { config, home, provider, parent } = args;
  const { repository, revision } = config.gitops;
  const onCluster = { parent, provider };
  const flux = release(
    `${name}-flux`,
    "flux2",
    config,
    fluxValues(config),
    { ...onCluster, dependsOn: args.dependsOn },
    home,
  );
  if (config.highAvailability)
    new k8s.policy.v1.PodDisruptionBudget(
      `${name}-kustomize-controller`,
      {
        metadata: { name: "kustomize-controller", namespace: home },
        spec: { minAvailable: 1, selector: { matchLabels: { app: "kustomize-controller" } } },
      },
      onCluster,
    );

  const account = new k8s.core.v1.ServiceAccount(
    `${name}-root`,
    { metadata: { name: ROOT, namespace: home }, automountServiceAccountToken: false },
    onCluster,
  );
  const rights = Object.entries(args.targets).flatMap(([target, namespace]) => {
    const delivery = new k8s.core.v1.ServiceAccount(
      `${name}-${target}-delivery`,
      { metadata: { name: DELIVERY, namespace }, automountServiceAccountToken: false },
      onCluster,
    );
    const bound = (
      what: string,
      rules: readonly RoleRule[],
      subject: { name: string; namespace: pulumi.Input<string> },
    ) => bind(`${name}-${target}-${what}`, { name: what, namespace }, rules, subject, onCluster);
    return [
      delivery,
      bound(DELIVERY, workloadRules, { name: DELIVERY, namespace }),
      bound("declare-applications", declaringRules, { name: ROOT, namespace: home }),
    ];
  });

  const look = LOOK_SECONDS[stableKind[config.environment]];
  const source = custom(
    `${name}-source`,
    FLUX_SOURCE,
    "GitRepository",
    { name: ROOT, namespace: home },
    { url: repository, ref: refOf(revision), interval: `${look}s`, timeout: "60s" },
    { ...onCluster, dependsOn: [flux] },
  );
  const root = custom(
    `${name}-root`,
    FLUX_KUSTOMIZE,
    "Kustomization",
    { name: ROOT, namespace: home },
    kustomizationSpec(look, ROOT, `apps/flux/${config.environment}`, ROOT),
    { ...onCluster, dependsOn: [source, account, ...rights] },
  );
  return {
    engine: pulumi.output("flux" as const),
    namespace: home,
    repository: pulumi.output(repository),
    revision: pulumi.output(revision),
    root: root.metadata.name,
    applications: pulumi.output([ROOT, ...args.applications]),
    // Rights are Roles, which the API server holds; Flux knows no projects.
    projects: pulumi.output([]),
    targets: pulumi.all(Object.values(args.targets)),
  };
}

function custom(
  name: string,
  apiVersion: string,
  kind: string,
  metadata: pulumi.Input<object>,
  spec: object,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  return new k8s.apiextensions.CustomResource(name, { apiVersion, kind, metadata, spec }, opts);
}

/** A Role with its binding to one account. */
function bind(
  name: string,
  metadata: { readonly name: string; readonly namespace: pulumi.Input<string> },
  rules: readonly RoleRule[],
  subject: { readonly name: string; readonly namespace: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const { name: role } = metadata;
  new k8s.rbac.v1.Role(
    name,
    {
      metadata,
      rules: rules.map((rule) => ({
        apiGroups: [...rule.apiGroups],
        resources: [...rule.resources],
        verbs: [...rule.verbs],
      })),
    },
    opts,
  );
  return new k8s.rbac.v1.RoleBinding(
    name,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role },
      subjects: [{ kind: "ServiceAccount", ...subject }],
    },
    opts,
  );
}
