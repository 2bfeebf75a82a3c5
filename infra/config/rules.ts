import { charts } from "../charts";
import { overlaps, parseCidr } from "../cidr";
import type { Mistake } from "./mistakes";
import type { PlatformConfig } from "./schema";

/** Networks of all environments: ranges never overlap, and each stack can check that alone (B3.1, B3.2). */
export const addressPlan: Readonly<Record<PlatformConfig["environment"], string>> = {
  dev: "10.10.0.0/16",
  staging: "10.20.0.0/16",
  production: "10.30.0.0/16",
};

/** Versions EKS offers with more than a month of standard support left on 2026-11-21 (A2.1). */
export const kubernetesVersions = ["1.36", "1.35"];

type Rule = (config: PlatformConfig) => Mistake | readonly Mistake[] | undefined;
const mistake = (key: string, value: unknown, rule: string, fix: string): Mistake => ({
  key,
  value: JSON.stringify(value) ?? "",
  rule,
  fix,
});

/** Rules that one key alone cannot break. All of them run; each says what to do. */
const rules: readonly Rule[] = [
  ({ network }) => {
    const parsed = parseCidr(network.cidr);
    if (parsed?.prefix === 16) return undefined;
    return mistake(
      "network.cidr",
      network.cidr,
      "a /16 network address: six subnets and a pod address for each pod have to fit (B3.1)",
      "write the network itself, like 10.10.0.0/16",
    );
  },
  ({ environment, network }) => {
    const own = parseCidr(network.cidr);
    return Object.entries(addressPlan)
      .filter(([name, cidr]) => name !== environment && own !== undefined && overlaps(own, parseCidr(cidr) ?? own))
      .map(([name, cidr]) =>
        mistake(
          "network.cidr",
          network.cidr,
          `overlaps ${cidr} of ${name} (B3.2)`,
          `use ${addressPlan[environment]}, which the address plan keeps for ${environment}`,
        ),
      );
  },
  ({ network }) => {
    const own = parseCidr(network.cidr);
    return network.peers.flatMap((peer, index) => {
      const other = parseCidr(peer);
      if (other === undefined)
        return [mistake(`network.peers[${index}]`, peer, "a network address", "clear the host bits")];
      return own !== undefined && overlaps(own, other)
        ? [
            mistake(
              `network.peers[${index}]`,
              peer,
              `overlaps ${network.cidr} of this environment (B3.2)`,
              "renumber one of the two networks",
            ),
          ]
        : [];
    });
  },
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
  ({ cluster }) =>
    kubernetesVersions.includes(cluster.version)
      ? undefined
      : mistake(
          "cluster.version",
          cluster.version,
          `a Kubernetes version in EKS standard support: ${kubernetesVersions.join(" or ")} (A2.1)`,
          `set "${kubernetesVersions[0]}"`,
        ),
  ({ environment, cluster }) =>
    environment === "dev" || !cluster.publicAccess.enabled
      ? undefined
      : mistake(
          "cluster.publicAccess.enabled",
          true,
          "a private API endpoint outside dev (A2.4)",
          `set false and reach it by ${cluster.accessPath}`,
        ),
  ({ cluster }) => {
    const { enabled, cidrs } = cluster.publicAccess;
    if (!enabled) return undefined;
    if (cidrs.length === 0)
      return mistake(
        "cluster.publicAccess.cidrs",
        cidrs,
        "a public endpoint names who may reach it (A2.4)",
        "list your networks",
      );
    return cidrs.includes("0.0.0.0/0")
      ? mistake("cluster.publicAccess.cidrs", cidrs, "never the whole world (A2.4)", "list your networks")
      : undefined;
  },
  ({ environment, entryPoint }) =>
    environment !== "production" && entryPoint.allow.includes("0.0.0.0/0")
      ? mistake(
          "entryPoint.allow",
          entryPoint.allow,
          "only production is open to the world; dev and staging are allow lists (B3.1)",
          "list your networks",
        )
      : undefined,
  ({ environment, certificates }) =>
    environment === "dev" || certificates.issuer !== "letsencrypt-staging"
      ? undefined
      : mistake(
          "certificates.issuer",
          certificates.issuer,
          "trusted certificates outside dev, for parity (A5.4)",
          "set letsencrypt-production or internal-ca",
        ),
  ({ environment, highAvailability }) =>
    environment === "dev" || highAvailability
      ? undefined
      : mistake("highAvailability", false, "on outside dev (B2.4, B4.2)", "set true"),
  ({ environment, backup }) =>
    environment === "dev" || backup.enabled
      ? undefined
      : mistake("backup.enabled", false, "on outside dev (B4.1)", "set true"),
  ({ environment, backup }) =>
    environment !== "production" || backup.schedule === "hourly"
      ? undefined
      : mistake("backup.schedule", backup.schedule, "hourly in production (B4.2)", "set hourly"),
  ({ environment, nodePools }) => {
    const least = { dev: 3, staging: 5, production: 10 }[environment];
    return nodePools.general.minimum >= least
      ? undefined
      : mistake(
          "nodePools.general.minimum",
          nodePools.general.minimum,
          `at least ${least} nodes in ${environment} (B2.1)`,
          `set ${least} or more`,
        );
  },
  (config) =>
    Object.keys(config.charts).flatMap((name) =>
      name in charts
        ? []
        : [
            mistake(
              `charts.${name}`,
              config.charts[name],
              "the name of a chart the platform installs",
              `use one of ${Object.keys(charts).join(", ")}`,
            ),
          ],
    ),
];

export function crossCheck(config: PlatformConfig): Mistake[] {
  return rules.flatMap((rule) => rule(config) ?? []);
}
