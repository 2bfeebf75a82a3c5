import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { charts } from "../charts";
import { experimentNames } from "../chaos/experiments";
import { faultInjection } from "../chaos/fault-injection";
import { chaosMeshValues } from "../chaos/values";
import type { PlatformConfig } from "../config";
import { PlatformNamespace, podMaximumOf } from "../environments/namespace";
import { clusterName, type Tags } from "../naming";
import type { ChaosOutput } from "../outputs";
import { release } from "../release";
import type { AutoscalingOutputs } from "./13-autoscaling";
import type { ClusterOutputs } from "./02-cluster";
import type { NodePoolsOutputs } from "./03-node-pools";

export interface ChaosArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: ClusterOutputs;
  readonly nodePools: NodePoolsOutputs;
  readonly autoscaling: AutoscalingOutputs;
}
export type ChaosOutputs = { readonly [key in keyof ChaosOutput]: pulumi.Output<ChaosOutput[key]> };

/** By this annotation Chaos Mesh knows where it may act, when told to look for it (A16.3). */
const INJECT = "chaos-mesh.org/inject";
/** Where the controller reaches its daemons, and the API server the controller's webhook. */
const DAEMON_PORT = 31767;
const WEBHOOK_PORT = 10250;
/** A daemon on each of up to 60 nodes, and the controllers. */
const QUOTA = {
  "requests.cpu": "4",
  "requests.memory": "12Gi",
  "limits.cpu": "40",
  "limits.memory": "40Gi",
};

/**
 * Phase 16: faults on purpose, where and only where the configuration says. Chaos Mesh in a privileged namespace of its
 * own, bound to the namespaces of its scope by their annotation, or AWS Fault Injection Service, or nothing, which is
 * what production has (A16.1, A16.3, E6.5).
 */
export class Chaos extends pulumi.ComponentResource {
  readonly outputs: ChaosOutputs;

  constructor(name: string, args: ChaosArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:Chaos", name, {}, opts);
    const { config, tags, autoscaling } = args;
    const { tool, scope } = config.chaos;
    const namespace = tool === "chaos-mesh" ? this.chaosMesh(name, args) : pulumi.output("");
    const template =
      tool === "fault-injection-service"
        ? faultInjection(`${name}-nodes`, { config, tags, cluster: clusterName(config) }, { parent: this }).id
        : pulumi.output("");
    this.outputs = {
      tool: pulumi.output(tool),
      namespace,
      template,
      scope: pulumi.output(scope),
      experiments: pulumi.output(tool === "none" ? [] : [...experimentNames]),
      target: autoscaling.demo.apply(({ namespace: place, name: workload }) => ({ namespace: place, name: workload })),
    };
    this.registerOutputs({ tool });
  }

  private chaosMesh(name: string, { config, cluster, nodePools }: ChaosArgs): pulumi.Output<string> {
    const child = { parent: this };
    const onCluster = { ...child, provider: cluster.provider };
    const { namespace: home, podSecurity } = charts["chaos-mesh"];
    const namespace = new PlatformNamespace(
      `${name}-namespace`,
      {
        name: home,
        podSecurity,
        allow: {
          fromApiServer: [WEBHOOK_PORT],
          fromNamespaces: { [home]: [DAEMON_PORT] },
          toNamespaces: [home],
        },
        vpcCidr: config.network.cidr,
        quota: QUOTA,
        ...podMaximumOf(config),
        provider: cluster.provider,
      },
      child,
    );
    const installed = release(
      `${name}-mesh`,
      "chaos-mesh",
      config,
      chaosMeshValues(config),
      { ...onCluster, dependsOn: [...nodePools.ready] },
      namespace.name,
    );
    for (const place of config.chaos.scope)
      new k8s.core.v1.NamespacePatch(
        `${name}-scope-${place}`,
        { metadata: { name: place, annotations: { [INJECT]: "enabled" } } },
        { ...onCluster, dependsOn: [installed] },
      );
    return namespace.name;
  }
}
