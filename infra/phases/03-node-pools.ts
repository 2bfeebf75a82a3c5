import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as eks from "@pulumi/aws/eks";
import * as sqs from "@pulumi/aws/sqs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../config";
import { policyDocument } from "../iam";
import { karpenterStatements } from "../karpenter-policy";
import { clusterName, named, type Tags } from "../naming";
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

/** AL2023 image of the pools; a newer one is a decision, made here and rolled out like any change. */
const AMI_ALIAS = "al2023@v20261106";
/** Nodes are replaced before they grow old: a month also bounds how long a patch can take to arrive. */
const EXPIRE_AFTER = "720h";

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
    const queue = this.interruptionQueue(name, config, tags);
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
      this.karpenterPool(name, pool, config, tags, network, { ...onCluster, dependsOn: [karpenter] }),
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
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        scalingConfig: { minSize: pool.minimum, maxSize: pool.minimum * 2, desiredSize: pool.minimum },
        updateConfig: { maxUnavailable: 1 },
        labels: pool.labels,
        taints: pool.taints.map(({ key, value }) => ({ key, value, effect: "NO_SCHEDULE" })),
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

  /** AWS tells of spot interruptions, rebalances, health events and state changes; Karpenter listens (A3.6). */
  private interruptionQueue(name: string, config: PlatformConfig, tags: Tags): sqs.Queue {
    const child = { parent: this };
    const queue = new sqs.Queue(
      `${name}-interruption`,
      {
        name: `${clusterName(config)}-interruption`,
        messageRetentionSeconds: 300,
        sqsManagedSseEnabled: true,
        tags: named(tags, `${name}-interruption`),
      },
      child,
    );
    const policy = queue.arn.apply((arn) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: ["events.amazonaws.com", "sqs.amazonaws.com"] },
            Action: "sqs:SendMessage",
            Resource: arn,
          },
        ],
      }),
    );
    new sqs.QueuePolicy(`${name}-interruption`, { queueUrl: queue.url, policy }, child);
    const events = {
      health: { source: ["aws.health"], "detail-type": ["AWS Health Event"] },
      spot: { source: ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"] },
      rebalance: { source: ["aws.ec2"], "detail-type": ["EC2 Instance Rebalance Recommendation"] },
      state: { source: ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"] },
    };
    for (const [event, pattern] of Object.entries(events)) {
      const rule = new cloudwatch.EventRule(
        `${name}-${event}`,
        {
          name: `${clusterName(config)}-${event}`,
          eventPattern: JSON.stringify(pattern),
          tags: named(tags, `${name}-${event}`),
        },
        child,
      );
      new cloudwatch.EventTarget(`${name}-${event}`, { rule: rule.name, arn: queue.arn }, child);
    }
    return queue;
  }

  private karpenterPool(
    name: string,
    pool: Pool,
    config: PlatformConfig,
    tags: Tags,
    network: NetworkOutputs,
    opts: pulumi.CustomResourceOptions,
  ): k8s.apiextensions.CustomResource[] {
    const discovery = { tags: { "karpenter.sh/discovery": clusterName(config) } };
    const nodeClass = new k8s.apiextensions.CustomResource(
      `${name}-${pool.name}-class`,
      {
        apiVersion: "karpenter.k8s.aws/v1",
        kind: "EC2NodeClass",
        metadata: { name: pool.name },
        spec: {
          role: network.nodeRole.name,
          amiSelectorTerms: [{ alias: AMI_ALIAS }],
          subnetSelectorTerms: [discovery],
          securityGroupSelectorTerms: [{ tags: { "aws:eks:cluster-name": clusterName(config) } }],
          metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1, httpEndpoint: "enabled" },
          blockDeviceMappings: [
            {
              deviceName: "/dev/xvda",
              ebs: { volumeSize: `${pool.settings.diskGib}Gi`, volumeType: "gp3", encrypted: true },
            },
          ],
          kubelet: { maxPods: config.nodePools.maxPodsPerNode },
          detailedMonitoring: config.monitoring.detailed,
          tags: named(tags, `${name}-${pool.name}`),
        },
      },
      opts,
    );
    const nodePool = new k8s.apiextensions.CustomResource(
      `${name}-${pool.name}-pool`,
      {
        apiVersion: "karpenter.sh/v1",
        kind: "NodePool",
        metadata: { name: pool.name },
        spec: {
          template: {
            metadata: { labels: pool.labels },
            spec: {
              nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: pool.name },
              taints: pool.taints,
              expireAfter: EXPIRE_AFTER,
              requirements: [
                { key: "karpenter.sh/capacity-type", operator: "In", values: [pool.capacityType] },
                { key: "node.kubernetes.io/instance-type", operator: "In", values: pool.instanceTypes },
                { key: "kubernetes.io/arch", operator: "In", values: [pool.architecture] },
              ],
            },
          },
          limits: { cpu: String(pool.settings.cpuLimit) },
          // One node at a time, and not before it has been of no use for a while: no thrash (A13.5).
          disruption: {
            consolidationPolicy: "WhenEmptyOrUnderutilized",
            consolidateAfter: "5m",
            budgets: [{ nodes: "1" }],
          },
        },
      },
      { ...opts, dependsOn: [nodeClass] },
    );
    return [nodeClass, nodePool];
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
