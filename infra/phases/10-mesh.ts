import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../config";
import { istioAmbient } from "../mesh/istio";
import { linkerd } from "../mesh/linkerd";
import type { MeshParts } from "../mesh/parts";
import type { MeshOutput } from "../outputs";
import type { ClusterOutputs } from "./02-cluster";
import type { NodePoolsOutputs } from "./03-node-pools";
import type { NetworkPolicyOutputs } from "./04-network-policy";
import type { CertificatesOutputs } from "./05-certificates";
import type { EntryPointOutputs } from "./06-entry-point";
import type { GitopsOutputs } from "./07-gitops";
import type { MetricsOutputs } from "./08-metrics";

export interface MeshArgs {
  readonly config: PlatformConfig;
  readonly cluster: ClusterOutputs & { readonly provider: k8s.Provider };
  readonly nodePools: NodePoolsOutputs;
  readonly networkPolicy: NetworkPolicyOutputs;
  readonly certificates: CertificatesOutputs;
  readonly entryPoint: EntryPointOutputs;
  readonly gitops: GitopsOutputs;
  readonly metrics: MetricsOutputs;
}
export type MeshOutputs = { readonly [key in keyof MeshOutput]: pulumi.Output<MeshOutput[key]> };

/** As phases 4 and 6 call it. */
const DEMO = { namespace: "demo", deployment: "demo" };

/**
 * Phase 10: a service mesh, when there is a reason for one (A10.3): Istio without sidecars, which refuses plain text
 * between services, or Linkerd, which encrypts where both ends have joined. Off by default: then it makes nothing.
 *
 * Namespaces join one after the other, in the order of the configuration (A10.2). Holds no state.
 */
export class Mesh extends pulumi.ComponentResource {
  readonly outputs: MeshOutputs;

  constructor(name: string, args: MeshArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:Mesh", name, {}, opts);
    const { config, cluster, nodePools, networkPolicy, certificates, entryPoint, gitops, metrics } = args;
    const { kind, namespaces } = config.mesh;
    const parts: MeshParts = {
      config,
      provider: cluster.provider,
      ready: nodePools.ready,
      certificates: certificates.ready,
      demo: DEMO,
      after: pulumi.all([networkPolicy.namespaces, entryPoint.demo, gitops.targets, metrics.namespace]),
      parent: this,
    };
    const installed = kind === "none" ? undefined : { "istio-ambient": istioAmbient, linkerd }[kind](name, parts);
    this.outputs = {
      kind: pulumi.output(kind),
      namespace: installed?.namespace ?? pulumi.output(""),
      agents: pulumi.output(installed?.agents ?? []),
      namespaces: pulumi.output(namespaces),
      callers: pulumi.output(installed?.callers ?? []),
    };
    this.registerOutputs({ kind });
  }
}
