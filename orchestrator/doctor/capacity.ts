import type { PlatformConfig } from "../../infra/config";

/** Running On-Demand Standard instances of a region, counted in vCPU (EC2 service quotas); a new account has few. */
export const VCPU_QUOTA = { service: "ec2", code: "L-1216C47A" };

/** Families that this quota counts (EC2 user guide, On-Demand Instance quotas). */
const STANDARD = /^(?:a|c|d|h|i|im|is|m|r|t|z)\d/;
/** An `xlarge` has four vCPU and an `Nxlarge` N times as many; smaller ones have at most two (EC2 instance types). */
function vcpusOf(instanceType: string): number {
  const [, times, extra] = /\.(\d*)(x?)large$/.exec(instanceType) ?? [];
  return extra === "x" ? 4 * Number(times === "" ? 1 : times) : 2;
}

/** vCPU of the nodes that are always there, as far as the quota counts them (B2.1). Karpenter's come on top. */
export function baseVcpus({ cluster: { system }, nodePools }: PlatformConfig): number {
  // Spot has a quota of its own, and so have GPUs.
  const pools = [nodePools.general, nodePools.storage].filter((pool) => pool !== undefined);
  return [
    { type: system.instanceType, nodes: system.count },
    ...pools.map(({ instanceTypes, minimum }) => ({ type: instanceTypes[0] ?? "", nodes: minimum })),
  ]
    .filter(({ type }) => STANDARD.test(type))
    .reduce((sum, { type, nodes }) => sum + nodes * vcpusOf(type), 0);
}
