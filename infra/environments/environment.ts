import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Groups } from "../personas";
import { accessManifests } from "./access";
import { applicationManifests, type ApplicationSpec } from "./application";
import { databaseManifests, databasePolicies } from "./database";
import { gatePolicies } from "./gates";
import { declare, type Manifest } from "./manifest";
import { APPLICATION } from "./names";
import { guardsOf, namespaceLabels, PlatformNamespace, type PlatformNamespaceArgs } from "./namespace";
import { DATABASE_SECRET } from "./pod";
import { refreshManifests, refreshPolicies } from "./refresh";
import { monitoringManifests } from "./monitoring";
import { sizeOf } from "./sizes";
import { strategyManifests, strategyPolicies } from "./strategy";

/** What the guards of an environment take from the cluster it is on. */
export interface Surroundings {
  /** Networks of nodes and control plane. */
  readonly vpcCidr: string;
  /** What groups of people are called; the usual names without it. */
  readonly groups?: Groups;
  /** Most that one pod may have: the cap of the dev cluster (B2.2). */
  readonly podMaximum?: PlatformNamespaceArgs["podMaximum"];
}
export interface EnvironmentArgs extends Surroundings {
  readonly spec: ApplicationSpec;
  /** More labels of the namespace: whose it is, how long it may stay. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly provider: k8s.Provider;
}

/** What guards the namespace of an environment: a restricted level, its quota, default deny, the gateway let in. */
function namespaceOf({
  spec,
  vpcCidr,
  podMaximum,
  labels,
}: Omit<EnvironmentArgs, "provider">): Omit<PlatformNamespaceArgs, "provider"> {
  const { quota, containerDefault } = sizeOf(spec);
  return {
    name: spec.names.namespace,
    podSecurity: "restricted",
    vpcCidr,
    quota,
    containerDefault,
    ...(podMaximum && { podMaximum }),
    allow: { fromGateway: { namespace: spec.gateway.namespace, ports: [APPLICATION.port] }, toTraces: true },
    labels: { "slipway.dev/environment": spec.kind, ...labels },
  };
}

/** Rights and policies that the namespace of an environment has beyond every namespace's. */
const rightsOf = ({ spec, groups }: Pick<EnvironmentArgs, "spec" | "groups">) => [
  ...databasePolicies(spec),
  ...refreshPolicies(spec),
  ...strategyPolicies(spec),
  ...gatePolicies(spec),
  ...accessManifests(spec.kind, spec.names.namespace, groups),
];

/** The platform's part of an environment as written objects: namespace, guards, rights. */
export function guardManifests(args: Omit<EnvironmentArgs, "provider">): Manifest[] {
  const namespace = namespaceOf(args);
  const { name } = namespace;
  const api = { ResourceQuota: "v1", LimitRange: "v1", NetworkPolicy: "networking.k8s.io/v1" } as const;
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: namespaceLabels(namespace) } },
    ...guardsOf(namespace).map(({ what, kind, spec }) => ({
      apiVersion: api[kind],
      kind,
      metadata: { name: what, namespace: name },
      spec,
    })),
    ...rightsOf(args),
  ];
}

/** The application's part: what a repository delivers. */
export function workloadManifests(spec: ApplicationSpec): Manifest[] {
  return [
    ...databaseManifests(spec),
    ...applicationManifests(spec),
    ...strategyManifests(spec),
    ...refreshManifests(spec),
    ...monitoringManifests(spec),
  ];
}

/** The platform's part of an environment (C1.2): its namespace with guards and rights, before anything runs in it. */
export class EnvironmentGuards extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:environment:Guards", name, {}, opts);
    const { provider } = args;
    const namespace = new PlatformNamespace(`${name}-namespace`, { ...namespaceOf(args), provider }, { parent: this });
    this.namespace = namespace.name;
    for (const manifest of rightsOf(args))
      declare(`${name}-${manifest.kind}-${manifest.metadata.name}`.toLowerCase(), manifest, {
        parent: this,
        provider,
        dependsOn: [namespace],
      });
    this.registerOutputs({ namespace: namespace.name });
  }
}

/**
 * An application environment (C1.2): namespace with its guards and rights, then the workload in the order of its waves,
 * each after what it needs. One component for every kind; Git holds the same objects (see `kustomize.ts`).
 */
export class ApplicationEnvironment extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:environment:Application", name, {}, opts);
    const { spec, provider } = args;
    const child = { parent: this, provider };
    const guards = new EnvironmentGuards(name, args, { parent: this });
    this.namespace = guards.namespace;
    const make = (manifest: Manifest, dependsOn: readonly pulumi.Resource[]) =>
      declare(`${name}-${manifest.kind}-${manifest.metadata.name}`.toLowerCase(), manifest, {
        ...child,
        dependsOn: [...dependsOn],
      });
    const guarded: pulumi.Resource[] = [guards];
    if (spec.kind === "preview") guarded.push(this.credentials(name, child));
    let before = guarded;
    for (const wave of wavesOf(workloadManifests(spec))) {
      before = wave.map((manifest) => make(manifest, before));
    }
    this.registerOutputs({ namespace: guards.namespace });
  }

  /** A random password for each preview: nobody knows it, and it dies with the namespace (C2.4). */
  private credentials(name: string, child: pulumi.CustomResourceOptions): pulumi.Resource {
    const password = new random.RandomPassword(`${name}-database`, { length: 40, special: false }, { parent: this });
    return new k8s.core.v1.Secret(
      `${name}-${DATABASE_SECRET}`,
      {
        metadata: { name: DATABASE_SECRET, namespace: this.namespace },
        stringData: { username: APPLICATION.name, password: password.result },
      },
      child,
    );
  }
}

/** Manifests by wave, the first first. */
function wavesOf(manifests: readonly Manifest[]): Manifest[][] {
  const numbers = (manifest: Manifest) => Number(manifest.metadata.annotations?.["argocd.argoproj.io/sync-wave"] ?? 0);
  const waves = new Map<number, Manifest[]>();
  for (const manifest of manifests) waves.set(numbers(manifest), [...(waves.get(numbers(manifest)) ?? []), manifest]);
  return [...waves].toSorted(([a], [b]) => a - b).map(([, members]) => members);
}
