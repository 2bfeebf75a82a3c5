import * as eks from "@pulumi/aws/eks";
import type * as sqs from "@pulumi/aws/sqs";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../config";
import { policyDocument } from "../iam";
import { interruptionQueue } from "../interruption-queue";
import { karpenterStatements } from "../karpenter-policy";
import { karpenterPool } from "../karpenter-pool";
import { clusterName, named, type Tags } from "../naming";
import { groupTaintsBeforeCilium } from "../network/cilium";
import { amiTypeOf, placementOn, poolsOf, type Pool } from "../node-pools";
import { nodeTemplate } from "../node-template";
import type { NodePoolsOutput } from "../outputs";
import { podIdentity } from "../pod-identity";
import { release, replicas, restrictedContainer } from "../release";
import type { NetworkOutputs } from "./01-network";
import type { ClusterOutputs } from "./02-cluster";

export interface NodePoolsArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly network: NetworkOutputs;
  readonly cluster: ClusterOutputs;
}
export type NodePoolsOutputs = { readonly [key in keyof NodePoolsOutput]: pulumi.Output<NodePoolsOutput[key]> } & {
  readonly ready: pulumi.Resource[];
};

/**
 * Phase 03: the pools general, spot, storage and gpu. Base nodes of the general pool are a managed group; Karpenter
 * adds and removes what is needed beyond, from the same typed set of labels and taints.
 *
 * Holds no state. Costs: the base nodes always, the rest while pods need it, up to each pool's cpuLimit.
 */
export class NodePools extends pulumi.ComponentResource {
  readonly outputs: NodePoolsOutputs;

  constructor(name: string, { config, tags, network, cluster }: NodePoolsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:NodePools", name, {}, opts);
    const child = { parent: this };
    const pools = poolsOf(config);

    const base = pools
      .filter((pool) => pool.minimum > 0)
      .map((pool) => this.baseGroup(name, pool, config, tags, network, cluster));
    const queue = interruptionQueue(name, config, tags, child);
    // Karpenter's nodes join by the role of the managed groups, whose access entry EKS made with the first group.
    const policy = pulumi
      .all([network.nodeRoleArn, queue.arn])
      .apply(([nodeRole, queueArn]) => policyDocument(karpenterStatements(config, nodeRole, queueArn)));
    const identity = podIdentity(
      `${name}-karpenter`,
      {
        cluster: cluster.name,
        namespace: "kube-system",
        serviceAccount: "karpenter",
        roleName: `${clusterName(config)}-karpenter`,
        policy,
        tags,
      },
      child,
    );

    const onCluster = { ...child, provider: cluster.provider };
    const crds = release(
      `${name}-karpenter-crd`,
      "karpenter-crd",
      config,
      {},
      { ...onCluster, dependsOn: cluster.ready },
    );
    const karpenter = release(`${name}-karpenter`, "karpenter", config, karpenterValues(config, cluster, queue), {
      ...onCluster,
      dependsOn: [crds, identity, ...cluster.ready],
    });
    const resources = pools.flatMap((pool) =>
      karpenterPool(name, pool, config, tags, network.nodeRole.name, { ...onCluster, dependsOn: [karpenter] }),
    );

    const drivers = pools.some((pool) => pool.name === "gpu")
      ? [
          release(`${name}-gpu-plugin`, "nvidia-device-plugin", config, devicePluginValues(), {
            ...onCluster,
            dependsOn: cluster.ready,
          }),
        ]
      : [];

    this.outputs = {
      pools: pulumi.output(
        pools.map(({ name: pool, labels, taints, capacityType, instanceTypes, minimum }) => ({
          name: pool,
          labels,
          taints,
          capacityType,
          instanceTypes,
          minimum,
        })),
      ),
      interruptionQueue: queue.name,
      nodeRoleName: network.nodeRole.name,
      ready: [...base, karpenter, ...resources, ...drivers],
    };
    this.registerOutputs({ interruptionQueue: queue.name });
  }

  private baseGroup(
    name: string,
    pool: Pool,
    config: PlatformConfig,
    tags: Tags,
    network: NetworkOutputs,
    cluster: ClusterOutputs,
  ): eks.NodeGroup {
    const template = nodeTemplate(
      `${name}-${pool.name}`,
      { config, tags, diskGib: pool.settings.diskGib },
      { parent: this },
    );
    return new eks.NodeGroup(
      `${name}-${pool.name}`,
      {
        clusterName: cluster.name,
        nodeGroupName: pool.name,
        nodeRoleArn: network.nodeRoleArn,
        subnetIds: network.privateSubnets.apply((subnets) => subnets.map((subnet) => subnet.id)),
        amiType: amiTypeOf(pool.instanceTypes[0] ?? ""),
        capacityType: pool.capacityType === "spot" ? "SPOT" : "ON_DEMAND",
        instanceTypes: [...pool.instanceTypes],
        version: config.cluster.nodeVersion ?? config.cluster.version,
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        scalingConfig: { minSize: pool.minimum, maxSize: pool.minimum * 2, desiredSize: pool.minimum },
        updateConfig: { maxUnavailable: 1 },
        labels: pool.labels,
        taints: [
          ...pool.taints.map(({ key, value }) => ({ key, value, effect: "NO_SCHEDULE" })),
          ...groupTaintsBeforeCilium(config),
        ],
        tags: named(tags, `${name}-${pool.name}`),
      },
      // An autoscaler may have grown the group; going back to the declared size would evict what it grew for.
      {
        parent: this,
        dependsOn: [...cluster.ready, ...network.nodeRights],
        ignoreChanges: ["scalingConfig.desiredSize"],
      },
    );
  }
}

/** What the platform sets of the Karpenter chart, and why. */
function karpenterValues(config: PlatformConfig, cluster: ClusterOutputs, queue: sqs.Queue) {
  return {
    replicas: replicas(config),
    serviceAccount: { name: "karpenter" },
    settings: { clusterName: cluster.name, clusterEndpoint: cluster.endpoint, interruptionQueue: queue.name },
    controller: {
      // The project's own figure for a production controller.
      resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } },
      securityContext: restrictedContainer,
    },
    // It must not run on nodes that it may remove.
    nodeSelector: { "node-role": "system" },
  };
}

/** Makes `nvidia.com/gpu` allocatable on nodes of the gpu pool, which nothing else does (A3.5). */
function devicePluginValues() {
  const { tolerations } = placementOn("gpu");
  return {
    // The chart looks for labels of node-feature-discovery, which the platform does not run.
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "node-role", operator: "In", values: ["gpu"] }] }],
        },
      },
    },
    tolerations,
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
  };
}
