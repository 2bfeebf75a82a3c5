import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { clusterName, named, type Tags } from "./naming";
import { bringsAddresses, taintsBeforeCilium } from "./network/cilium";
import type { Pool } from "./node-pools";

/** AL2023 image of the pools; a newer one is a decision, made here and rolled out like any change. */
const AMI_ALIAS = "al2023@v20261106";
/** Nodes are replaced before they grow old: a month also bounds how long a patch can take to arrive. */
const EXPIRE_AFTER = "720h";

/** A pool as Karpenter knows it: how a node is made, and which nodes there may be. */
export function karpenterPool(
  name: string,
  pool: Pool,
  config: PlatformConfig,
  tags: Tags,
  nodeRole: pulumi.Output<string>,
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
        role: nodeRole,
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
            ...(bringsAddresses(config) && { startupTaints: taintsBeforeCilium(config) }),
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
