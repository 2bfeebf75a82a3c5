import type { PlatformOutputs, SubnetOutput } from "../../infra/outputs";

/** The network as text, one block per zone (A1.4): what a person checks a plan of the network against. Fits 80 columns. */
export function topology({ network, environment }: Pick<PlatformOutputs, "network" | "environment">): string {
  const lines = [
    `Internet`,
    `  |`,
    `  internet gateway`,
    `  |`,
    `VPC ${network.vpcId}  ${network.cidr}  ${environment.region}`,
  ];
  for (const zone of network.zones) {
    lines.push(`  +-- zone ${zone}`);
    lines.push(...subnets("public ", network.publicSubnets, zone, "load balancers"));
    lines.push(...subnets("private", network.privateSubnets, zone, "nodes and pods"));
  }
  const count = network.natGatewayIds.length;
  const spread = count === 1 ? "one for all zones" : "one per zone";
  lines.push(`  outbound through ${count} NAT gateway${count === 1 ? "" : "s"} (${spread}):`);
  lines.push(...network.natGatewayIds.map((id) => `      ${id}`));
  return lines.join("\n");
}

function subnets(kind: string, all: readonly SubnetOutput[], zone: string, holds: string): string[] {
  return all.filter((subnet) => subnet.zone === zone).map(({ id, cidr }) => `  |     ${kind} ${id}  ${cidr}  ${holds}`);
}
