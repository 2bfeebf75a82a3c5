import { overlaps, SERVICE_CIDR } from "../cidr";
import { mistake, type Rule } from "./mistakes";
import { networkOf } from "./networks";
import type { PlatformConfig } from "./schema";

/** Networks of all environments: ranges never overlap, and each stack can check that alone (B3.1, B3.2). */
export const addressPlan: Readonly<Record<PlatformConfig["environment"], string>> = {
  dev: "10.10.0.0/16",
  staging: "10.20.0.0/16",
  production: "10.30.0.0/16",
};

/** Addresses, zones and ways out (A1, B3). */
export const networkRules: readonly Rule[] = [
  ({ network }) => {
    if (networkOf(network.cidr).prefix === 16) return undefined;
    return mistake(
      "network.cidr",
      network.cidr,
      "a /16 network address: six subnets and a pod address for each pod have to fit (B3.1)",
      "write the network itself, like 10.10.0.0/16",
    );
  },
  ({ environment, network }) => {
    const own = networkOf(network.cidr);
    return Object.entries(addressPlan)
      .filter(([name, cidr]) => name !== environment && overlaps(own, networkOf(cidr)))
      .map(([name, cidr]) =>
        mistake(
          "network.cidr",
          network.cidr,
          `overlaps ${cidr} of ${name} (B3.2)`,
          `use ${addressPlan[environment]}, which the address plan keeps for ${environment}`,
        ),
      );
  },
  ({ network }) =>
    network.peers.flatMap((peer, index) =>
      [
        { range: network.cidr, whose: "this environment" },
        { range: SERVICE_CIDR, whose: "the cluster's Services" },
      ]
        .filter(({ range }) => overlaps(networkOf(peer), networkOf(range)))
        .map(({ range, whose }) =>
          mistake(
            `network.peers[${index}]`,
            peer,
            `overlaps ${range} of ${whose} (B3.2)`,
            "renumber one of the two networks",
          ),
        ),
    ),
  ({ region, network }) =>
    network.zones.flatMap((zone, index) =>
      new RegExp(`^${region}[a-f]$`).test(zone)
        ? []
        : [mistake(`network.zones[${index}]`, zone, `a zone of ${region} (A1.1)`, `use zones like ${region}a`)],
    ),
  ({ network }) =>
    new Set(network.zones).size === network.zones.length
      ? undefined
      : mistake("network.zones", network.zones, "three different zones (A1.1)", "name each zone once"),
  ({ environment, network }) =>
    environment === "dev" || network.natGateways === "per-zone"
      ? undefined
      : mistake(
          "network.natGateways",
          network.natGateways,
          "one NAT gateway per zone outside dev (A1.2)",
          "set per-zone",
        ),
];
