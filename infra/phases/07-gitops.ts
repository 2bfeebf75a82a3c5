import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { argoCdValues } from "../argo-cd-values";
import { argoRolloutsValues } from "../argo-rollouts-values";
import { charts } from "../charts";
import type { PlatformConfig } from "../config";
import { deliveryManifests } from "../environments/access";
import { EnvironmentGuards } from "../environments/environment";
import { declare } from "../environments/manifest";
import type { Strategy } from "../environments/strategy";
import { PlatformNamespace, podMaximumOf, type Allowances } from "../environments/namespace";
import { guardedSpec, surroundingsOf } from "../environments/stable";
import { flaggerValues } from "../flagger-values";
import { deliverByFlux } from "../gitops/flux";
import { workloadKinds } from "../gitops/workload-kinds";
import type { GitopsOutput } from "../outputs";
import { release } from "../release";
import { testerNamespace } from "../strategy/flagger";
import type { ClusterOutputs } from "./02-cluster";
import type { NodePoolsOutputs } from "./03-node-pools";

export interface GitopsArgs {
  readonly config: PlatformConfig;
  readonly cluster: ClusterOutputs;
  readonly nodePools: NodePoolsOutputs;
}
export type GitopsOutputs = { readonly [key in keyof GitopsOutput]: pulumi.Output<GitopsOutput[key]> };

const IN_CLUSTER = "https://kubernetes.default.svc";
const ARGO = "argoproj.io";
/** The application of applications, and the project that may hold nothing but applications. */
const ROOT = "applications";
/** Applications of teams, and where they may go. */
const WORKLOADS = "workloads";
/** Where Flux's source controller serves what it fetched to the others. */
const SOURCES = 9090;
/** Where pods of Flagger's load tester listen (chart loadtester of https://flagger.app). */
const TESTER_PORT = 8080;
/** The sample application, declared in apps/root and delivered from apps/demo (A7.2). */
const SAMPLE = { application: "demo", namespace: "demo-gitops" } as const;

/** A7.3: what is declared is what is there, retried with growing pauses; an empty repository deletes nothing. */
export const syncPolicy = {
  automated: { prune: true, selfHeal: true, allowEmpty: false },
  syncOptions: ["CreateNamespace=true", "ServerSideApply=true"],
  retry: { limit: 5, backoff: { duration: "5s", factor: 2, maxDuration: "3m" } },
};

/**
 * Phase 07: Argo CD delivers what the repository declares and keeps it so. One Application of applications; each
 * AppProject names the one repository, the namespaces and the kinds it may deliver. Nobody reaches its server from
 * outside, and nobody logs in with a password: people look with their own cluster access (`argocd --core`). With
 * `gitops.engine: flux` Flux does it instead (A7.5, `gitops/flux.ts`). Where new versions come by canary, Argo Rollouts
 * takes the steps, or Flagger.
 *
 * Holds no state of its own: everything is in Git, and its cache is built anew. Costs nothing of its own.
 */
export class Gitops extends pulumi.ComponentResource {
  readonly outputs: GitopsOutputs;

  constructor(name: string, { config, cluster, nodePools }: GitopsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:Gitops", name, {}, opts);
    const child = { parent: this };
    const onCluster = { ...child, provider: cluster.provider };
    const { repository, revision } = config.gitops;
    const { flux2, "argo-cd": argoCd } = charts;
    const byFlux = config.gitops.engine === "flux";
    const at = (byFlux ? flux2 : argoCd).namespace;
    const home = this.namespace(name, at, config, cluster.provider, {
      // Git over HTTPS; its parts among each other, which the chart of Argo CD lets in by policies of its own.
      allow: { toInternet: true, toNamespaces: [at], ...(byFlux && { fromNamespaces: { [at]: [SOURCES] } }) },
    });
    const target = this.namespace(name, SAMPLE.namespace, config, cluster.provider, {});
    if (byFlux) {
      this.outputs = deliverByFlux(name, {
        config,
        home: home.name,
        targets: { [SAMPLE.namespace]: target.name },
        applications: [SAMPLE.application],
        provider: cluster.provider,
        parent: this,
        dependsOn: nodePools.ready,
      });
      this.registerOutputs({ engine: "flux" });
      return;
    }
    const rights = deliveryManifests(SAMPLE.namespace).map((manifest) =>
      declare(`${name}-${manifest.kind}-${manifest.metadata.name}`.toLowerCase(), manifest, {
        ...onCluster,
        dependsOn: [target],
      }),
    );

    // Where the application's stable environment goes; its rights and policies come from here and from no repository.
    const spec = guardedSpec(config);
    const environment =
      spec &&
      new EnvironmentGuards(
        `${name}-environment`,
        {
          spec,
          ...surroundingsOf(config),
          provider: cluster.provider,
        },
        child,
      );
    const targets = [target.name, ...(environment === undefined ? [] : [environment.namespace])];

    const argo = release(
      `${name}-argo-cd`,
      "argo-cd",
      config,
      argoCdValues(config),
      { ...onCluster, dependsOn: nodePools.ready },
      home.name,
    );
    const after = { ...onCluster, dependsOn: [argo] };
    const rollout = config.application?.rollout ?? { by: "rolling" };
    if (rollout.by !== "rolling") this.canaries(name, config, rollout, nodePools, cluster.provider);

    const project = (project: string, spec: object, annotations: Record<string, string> = {}) =>
      new k8s.apiextensions.CustomResource(
        `${name}-${project}-project`,
        {
          apiVersion: `${ARGO}/v1alpha1`,
          kind: "AppProject",
          metadata: { name: project, namespace: home.name, annotations },
          spec: { clusterResourceWhitelist: [], orphanedResources: { warn: true }, ...spec },
        },
        after,
      );
    const projects = [
      // Argo CD makes it by itself, open to everything: emptied, so that nothing goes past the projects below.
      project(
        "default",
        { description: "Nothing", sourceRepos: [], destinations: [] },
        { "pulumi.com/patchForce": "true" },
      ),
      project(ROOT, {
        description: "Declares applications and nothing else",
        sourceRepos: [repository],
        destinations: [{ server: IN_CLUSTER, namespace: charts["argo-cd"].namespace }],
        namespaceResourceWhitelist: [{ group: ARGO, kind: "Application" }],
      }),
      project(WORKLOADS, {
        description: "Applications of teams",
        sourceRepos: [repository],
        destinations: [SAMPLE.namespace, ...(spec === undefined ? [] : [spec.names.namespace])].map((namespace) => ({
          server: IN_CLUSTER,
          namespace,
        })),
        namespaceResourceWhitelist: workloadKinds.map(({ group, kind }) => ({ group, kind })),
      }),
    ];
    const root = new k8s.apiextensions.CustomResource(
      `${name}-root`,
      {
        apiVersion: `${ARGO}/v1alpha1`,
        kind: "Application",
        metadata: {
          name: ROOT,
          namespace: home.name,
          // Taken away, it takes along what it delivered, and that in turn its own.
          finalizers: ["resources-finalizer.argocd.argoproj.io"],
        },
        spec: {
          project: ROOT,
          source: { repoURL: repository, targetRevision: revision, path: `apps/root/${config.environment}` },
          destination: { server: IN_CLUSTER, namespace: charts["argo-cd"].namespace },
          // Whether an application is synchronised is for its pause to say (C7.2): the root does not take it back.
          ignoreDifferences: [{ group: ARGO, kind: "Application", jsonPointers: ["/spec/syncPolicy/automated"] }],
          syncPolicy: { ...syncPolicy, syncOptions: ["ServerSideApply=true", "RespectIgnoreDifferences=true"] },
        },
      },
      { ...onCluster, dependsOn: [...projects, target, ...rights] },
    );

    this.outputs = {
      engine: pulumi.output("argo-cd" as const),
      namespace: home.name,
      repository: pulumi.output(repository),
      revision: pulumi.output(revision),
      root: root.metadata.name,
      applications: pulumi.output([ROOT, SAMPLE.application]),
      projects: pulumi.all(projects.map((one) => one.metadata.name)),
      targets: pulumi.all(targets),
    };
    this.registerOutputs({ root: ROOT });
  }

  /** The controller of canaries, where the application's new versions come that way (D5.4). */
  private canaries(
    name: string,
    config: PlatformConfig,
    rollout: Strategy,
    nodePools: NodePoolsOutputs,
    provider: k8s.Provider,
  ): void {
    const { by } = rollout;
    const allow = canaryAllowances(rollout);
    const home = this.namespace(name, charts[by].namespace, config, provider, { allow });
    release(
      `${name}-${by}`,
      by,
      config,
      by === "flagger" ? flaggerValues(config) : argoRolloutsValues(config),
      { parent: this, provider, dependsOn: nodePools.ready },
      home.name,
    );
  }

  private namespace(
    name: string,
    namespace: string,
    config: PlatformConfig,
    provider: k8s.Provider,
    { allow }: { readonly allow?: Allowances },
  ): PlatformNamespace {
    return new PlatformNamespace(
      `${name}-${namespace}`,
      {
        name: namespace,
        podSecurity: "restricted",
        ...(allow && { allow }),
        vpcCidr: config.network.cidr,
        ...podMaximumOf(config),
        provider,
      },
      { parent: this },
    );
  }
}

/** Whom a controller of canaries reaches besides the API server, and who reaches what is in its namespace. Pure. */
export function canaryAllowances(rollout: Strategy): Allowances {
  const judge = charts["kube-prometheus-stack"].namespace;
  // The plugin of Argo Rollouts for the Gateway API comes with an image, so nothing else is reached.
  if (rollout.by === "argo-rollouts") return { toNamespaces: [judge] };
  const tester = testerNamespace(rollout.loadTester);
  const { namespace } = charts.flagger;
  return {
    toNamespaces: [...new Set([judge, tester])],
    // A load tester beside it is called by it, and calls the application.
    ...(tester === namespace && { fromNamespaces: { [namespace]: [TESTER_PORT] }, toEnvironments: true }),
  };
}
