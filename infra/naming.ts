import type { PlatformConfig } from "./config";

/** Tags that everything in AWS carries (B2.3): who pays, who answers, where it belongs, who made it. */
export type Tags = Readonly<Record<string, string>>;

export function platformTags(config: PlatformConfig): Tags {
  return {
    environment: config.environment,
    region: config.region,
    "cost-centre": config.costCentre,
    owner: config.owner,
    vlan: String(config.network.vlan),
    "managed-by": "slipway",
  };
}

/** Tags of one resource: the platform's and its display name. */
export function named(tags: Tags, name: string): Tags {
  return { ...tags, Name: name };
}

/** Name of the cluster, which AWS, Karpenter and the load balancer controller all have to know. */
export function clusterName(config: PlatformConfig): string {
  return `slipway-${config.environment}`;
}

/** The account everything is made in: that of its administrators, which the configuration holds to be one (A2.2). */
export function accountOf(config: PlatformConfig): string {
  return config.cluster.adminRoleArns[0]?.split(":")[4] ?? "";
}

/** Tag of the cluster that keeps its nodes: a time in UTC like 2026-11-24T18:00:00Z until which nobody may take them. */
export const HOLD_TAG = "slipway-hold-until";
