import { alwaysDenied, heldRules } from "../admission/policies";
import { charts } from "../charts";
import { overlaps, parseCidr, SERVICE_CIDR, type Network } from "../cidr";
import { architectureOf, hasGpu, poolsOf } from "../node-pools";
import { compare, unsupportedPairs } from "../skew";
import { didYouMean, mistake, type Mistake, type Rule } from "./mistakes";
import { optionRules } from "./option-rules";
import type { PlatformConfig } from "./schema";

/** Networks of all environments: ranges never overlap, and each stack can check that alone (B3.1, B3.2). */
export const addressPlan: Readonly<Record<PlatformConfig["environment"], string>> = {
  dev: "10.10.0.0/16",
  staging: "10.20.0.0/16",
  production: "10.30.0.0/16",
};

/** Versions EKS offers with more than a month of standard support left on 2026-11-21 (A2.1). */
export const kubernetesVersions = ["1.36", "1.35"];

/** What cannot move by itself: a whole commit, or a version tag. */
const PINNED = /^([0-9a-f]{40}|v\d+\.\d+\.\d+)$/;

/** All zones that change their clocks do so within these hours (IANA time zone database 2026). */
const CLOCKS_CHANGE = { from: "00:00", to: "04:00" };

/** Amazon RDS user guide, gp3 storage. */
const LEAST_RDS_GIB = 20;

/** CPU that the quota of one preview lets it request (C2.3). */
const PREVIEW_CPU = 0.5;

/** Rules that one key alone cannot break. All of them run; each says what to do. */
const rules: readonly Rule[] = [
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
  ({ cluster }) =>
    kubernetesVersions.includes(cluster.version)
      ? undefined
      : mistake(
          "cluster.version",
          cluster.version,
          `a Kubernetes version in EKS standard support: ${kubernetesVersions.join(" or ")} (A2.1)`,
          `set "${kubernetesVersions[0]}"`,
        ),
  ({ cluster: { version, nodeVersion } }) =>
    nodeVersion === undefined || (kubernetesVersions.includes(nodeVersion) && compare(nodeVersion, version) <= 0)
      ? undefined
      : mistake(
          "cluster.nodeVersion",
          nodeVersion,
          `supported, and never ahead of the control plane, ${version} (H1.5)`,
          "leave it out, or name the version before",
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
  ({ security: { groups } }) =>
    new Set(Object.values(groups)).size === Object.keys(groups).length
      ? undefined
      : mistake("security.groups", groups, "a group of its own for each role (C6)", "name each group once"),
  ({ security: { admission } }) =>
    admission.audit.flatMap((name, index) => {
      const key = `security.admission.audit[${index}]`;
      if (alwaysDenied.includes(name))
        return [mistake(key, name, "a rule that a cluster denies from the first day (A14.2)", "remove it")];
      if (heldRules.includes(name)) return [];
      const meant = didYouMean(name, heldRules);
      return [
        mistake(
          key,
          name,
          "a rule that admission can hold (A14.4)",
          meant === undefined ? "see slipway policy list" : `did you mean ${meant}?`,
        ),
      ];
    }),
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
    return tooWide("cluster.publicAccess.cidrs", cidrs, "never the whole world, not even in pieces (A2.4)");
  },
  ({ environment, entryPoint: { allow } }) =>
    environment === "production" && allow.includes("0.0.0.0/0")
      ? undefined
      : tooWide("entryPoint.allow", allow, "only production is open to the world; others are allow lists (B3.1)"),
  ({ cluster: { adminRoleArns } }) => {
    const account = (arn: string) => arn.split(":")[4];
    return adminRoleArns.flatMap((arn, index) =>
      adminRoleArns.indexOf(arn) < index
        ? [mistake(`cluster.adminRoleArns[${index}]`, arn, "each role once (A2.2)", "remove the second")]
        : account(arn) !== account(adminRoleArns[0] ?? "")
          ? [
              mistake(
                `cluster.adminRoleArns[${index}]`,
                arn,
                "all administrators in one account, the cluster's own (A2.2)",
                "name a role of that account that people of the other may assume",
              ),
            ]
          : [],
    );
  },
  ({ cluster: { adminRoleArns }, security: { members } }) => {
    const taken = new Set(adminRoleArns);
    return Object.entries(members).flatMap(([group, arns]) =>
      arns.flatMap((arn, index) => {
        const free = !taken.has(arn);
        taken.add(arn);
        return free
          ? []
          : [
              mistake(
                `security.members.${group}[${index}]`,
                arn,
                "a role of its own for each group, and none of them an administrator's (C6.6)",
                "name another role, or take it out of where it is named before",
              ),
            ];
      }),
    );
  },
  (config) =>
    poolsOf(config).flatMap(({ name, architecture, instanceTypes }) =>
      instanceTypes.flatMap((type, index) => {
        const key = `nodePools.${name}.instanceTypes[${index}]`;
        if (architectureOf(type) !== architecture)
          return [
            mistake(key, type, `one architecture per pool, here ${architecture} by its first type (A3.1)`, "move it"),
          ];
        return hasGpu(type) === (name === "gpu")
          ? []
          : [
              mistake(
                key,
                type,
                name === "gpu" ? "an instance type with an NVIDIA GPU (A3.1)" : "GPUs only in the pool gpu (A3.1)",
                name === "gpu" ? "use a type like g6.xlarge" : "move it to nodePools.gpu",
              ),
            ];
      }),
    ),
  ({ networkPolicy: { plugin, cilium }, network: { peers } }) => {
    if (cilium === undefined) return undefined;
    if (plugin === "vpc-cni" || plugin === "calico")
      return mistake(
        "networkPolicy.cilium",
        cilium,
        "settings of Cilium where it runs (A4.4)",
        "leave it out, or set plugin: cilium-eni",
      );
    const own = (["kubeProxyReplacement", "layer7", "clusterMesh"] as const).filter(
      (key) => cilium[key] !== undefined && cilium[key] !== false,
    );
    if (plugin === "cilium-chaining")
      return own.map((key) =>
        mistake(
          `networkPolicy.cilium.${key}`,
          cilium[key],
          "not while the VPC CNI is chained before Cilium, which limits it (A4.4)",
          "set plugin: cilium-eni",
        ),
      );
    return cilium.clusterMesh !== undefined && peers.length === 0
      ? mistake(
          "networkPolicy.cilium.clusterMesh",
          cilium.clusterMesh,
          "networks that reach each other: every node of a mesh talks to every other (A4.4, B3.2)",
          "name the other clusters' networks in network.peers",
        )
      : undefined;
  },
  ({ environment, certificates }) =>
    environment === "dev" || certificates.issuer !== "letsencrypt-staging"
      ? undefined
      : mistake(
          "certificates.issuer",
          certificates.issuer,
          "trusted certificates outside dev, for parity (A5.4)",
          "set letsencrypt-production or internal-ca",
        ),
  ({ environment, application }) =>
    application === undefined || (application.login !== undefined) === (environment === "dev")
      ? undefined
      : mistake(
          "application.login",
          application.login?.issuer,
          environment === "dev"
            ? "a login in front of QA (C3.4)"
            : "no login but QA's: staging is as production (B8.2)",
          environment === "dev" ? "name issuer, clientId and clientSecret" : "leave application.login out",
        ),
  ({ environment, application }) =>
    environment !== "dev" || application === undefined || application.rollout.by === "rolling"
      ? undefined
      : mistake(
          "application.rollout.by",
          application.rollout.by,
          "QA rolled out pod by pod: it is the same for every test, and a canary needs users (C3.3, D1.3)",
          "leave application.rollout out",
        ),
  ({ environment, application }) =>
    application?.refresh === undefined || environment === "staging"
      ? undefined
      : mistake(
          "application.refresh",
          application.refresh.snapshot.host,
          "data refreshed in staging only: QA keeps its own (C3.2, C4.4)",
          "leave application.refresh out",
        ),
  ({ application }) => [
    ...tooWide("application.database.cidrs", application?.database.cidrs ?? [], "the database's own networks (E3.6)"),
    ...tooWide(
      "application.refresh.snapshot.cidrs",
      application?.refresh?.snapshot.cidrs ?? [],
      "the snapshot's own networks (E3.6)",
    ),
  ],
  ({ environment, previews }) =>
    previews === undefined || environment === "dev"
      ? undefined
      : mistake(
          "previews",
          { maximum: previews.maximum },
          "previews on the dev cluster only (B7, C2.9)",
          "leave previews out",
        ),
  ({ previews, nodePools: { general } }) => {
    // What previews may request together is half of what general nodes may have: the other half is everybody else's.
    const most = Math.floor(general.cpuLimit / 2 / PREVIEW_CPU);
    if (previews === undefined || previews.maximum <= most) return undefined;
    return mistake(
      "previews.maximum",
      previews.maximum,
      `previews that together leave half of nodePools.general.cpuLimit to others (C2.9): at most ${most}`,
      `set ${most} or less, or raise nodePools.general.cpuLimit`,
    );
  },
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
  ({ environment, monitoring: { metrics } }) => {
    const least = { dev: 7, staging: 15, production: 30 }[environment];
    return metrics.retentionDays >= least
      ? undefined
      : mistake(
          "monitoring.metrics.retentionDays",
          metrics.retentionDays,
          `at least ${least} days in ${environment} (B6.1)`,
          `set ${least} or more`,
        );
  },
  ({ environment, monitoring: { logs } }) => {
    const least = { dev: 7, staging: 15, production: 30 }[environment];
    return logs.retentionDays >= least
      ? undefined
      : mistake(
          "monitoring.logs.retentionDays",
          logs.retentionDays,
          `at least ${least} days in ${environment} (B6.1)`,
          `set ${least} or more`,
        );
  },
  ({ environment, monitoring: { metrics } }) =>
    environment === "dev" || metrics.longTerm
      ? undefined
      : mistake("monitoring.metrics.longTerm", false, "a long-term store outside dev (B6.1)", "set true"),
  ({ environment, monitoring: { alerts } }) =>
    alerts.paging === (environment === "production")
      ? undefined
      : mistake(
          "monitoring.alerts.paging",
          alerts.paging,
          environment === "production" ? "production pages (B6.3)" : `nobody is paged for ${environment} (B6.2)`,
          `set ${!alerts.paging}`,
        ),
  ({ environment, monitoring: { alerts } }) =>
    environment === "dev" || alerts.mail !== undefined
      ? undefined
      : mistake("monitoring.alerts.mail", alerts.mail, "mail beside Slack outside dev (B6.2, B6.3)", "set it"),
  ({ environment, gitops: { revision } }) =>
    environment !== "production" || PINNED.test(revision)
      ? undefined
      : mistake(
          "gitops.revision",
          revision,
          "a commit or a version tag in production, never a branch (A7.2)",
          "set a tag like v1.2.3, or a commit's 40 characters",
        ),
  ({ gitops: { engine }, application }) =>
    engine === "argo-cd" || application === undefined
      ? undefined
      : mistake(
          "gitops.engine",
          engine,
          "argo-cd where a stable environment is delivered: its waves, its pause during an incident, promotion, canary and the way back are Argo CD's (A7.5, C7.2)",
          "set argo-cd, or leave application out",
        ),
  ({ stateful: { postgres } }) =>
    postgres.engine === "rds" && postgres.diskGib < LEAST_RDS_GIB
      ? mistake(
          "stateful.postgres.diskGib",
          postgres.diskGib,
          `at least ${LEAST_RDS_GIB} GiB: RDS makes no smaller gp3 volume`,
          `set ${LEAST_RDS_GIB} or more`,
        )
      : undefined,
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
  ({ budget: { limit, contacts: _contacts, ...areas } }) => {
    const total = Object.values(areas).reduce((sum, amount) => sum + amount, 0);
    return limit >= total
      ? undefined
      : mistake("budget.limit", limit, `not below the budget itself, ${total} (B5)`, `set ${total} or more`);
  },
  ({ environment, chaos: { tool, scope } }) => {
    if (tool === "none")
      return scope.length === 0
        ? undefined
        : mistake("chaos.scope", scope, "nothing reads a scope without a tool", "leave it out, or name a tool");
    if (scope.length === 0)
      return mistake(
        "chaos.scope",
        scope,
        `${environment === "production" ? "production is hit only where it says so, and " : ""}faults without a scope hit whatever is nearest (A16.3, E6.5)`,
        'name the namespaces of applications, like [demo], or set tool: "none"',
      );
    return scope
      .filter(isOfPlatform)
      .map((name) =>
        mistake(
          "chaos.scope",
          name,
          "a namespace of an application: a fault in the platform's own hits everybody (A16.3)",
          "name a namespace of an application",
        ),
      );
  },
  ({ mesh: { kind, namespaces } }) =>
    kind === "none" && namespaces.length > 0
      ? mistake("mesh.namespaces", namespaces, "nothing to join without a mesh", "leave it out, or name a kind")
      : undefined,
  ({ mesh: { namespaces } }) =>
    namespaces.flatMap((name, index) =>
      isOfPlatform(name)
        ? [
            mistake(
              `mesh.namespaces[${index}]`,
              name,
              "a namespace of an application: what the platform's own need of a mesh, the platform sets (A10.2)",
              "name a namespace of an application, like demo",
            ),
          ]
        : namespaces.indexOf(name) < index
          ? [mistake(`mesh.namespaces[${index}]`, name, "each namespace once (A10.2)", "remove the second")]
          : [],
    ),
  ({ mesh: { kind, demands } }) =>
    demands.length === 0 || kind === "istio-ambient"
      ? undefined
      : mistake(
          "mesh.demands",
          demands,
          "what only a mesh that refuses plain text brings: Linkerd lets callers outside of it in (A10.3)",
          'set mesh.kind: "istio-ambient", or demand nothing',
        ),
  ({ environment, cost: { workingHours } }) =>
    environment !== "production" || workingHours === undefined
      ? undefined
      : mistake("cost.workingHours", workingHours, "dev and staging alone rest (H4.3)", "leave it out"),
  ({ cost: { workingHours }, maintenance: { windows } }) =>
    [
      ...(workingHours === undefined ? [] : [{ key: "cost.workingHours", hours: workingHours }]),
      ...windows.map((hours, index) => ({ key: `maintenance.windows[${index}]`, hours })),
    ].flatMap(({ key, hours }) =>
      (["start", "end"] as const)
        .filter((side) => hours[side] >= CLOCKS_CHANGE.from && hours[side] < CLOCKS_CHANGE.to)
        .map((side) =>
          mistake(
            `${key}.${side}`,
            hours[side],
            "a time that every day has once: between midnight and 04:00 clocks are changed (H1.4, H4.3)",
            "use a time from 04:00 to 23:59",
          ),
        ),
    ),
  ({ cost: { workingHours } }) =>
    workingHours === undefined || workingHours.start < workingHours.end
      ? undefined
      : mistake(
          "cost.workingHours.end",
          workingHours.end,
          "after the start, on the same day (H4.3)",
          "use a later time",
        ),
  ({ environment, maintenance: { windows } }) =>
    environment === "dev" || windows.length > 0
      ? undefined
      : mistake(
          "maintenance.windows",
          windows,
          "at least one outside dev (H1.4)",
          'name one, like {timeZone: Europe/Berlin, days: [tuesday], start: "09:00", end: "16:00"}',
        ),
  ({ cost: { teams } }) =>
    teams.flatMap((team, index) =>
      teams.indexOf(team) < index ? [mistake(`cost.teams[${index}]`, team, "each team once (A17.2)", "remove it")] : [],
    ),
  ...optionRules,
  (config) =>
    unsupportedPairs(config).map(({ key, pair, value, fact, fix }) =>
      mistake(key, value, `a version that goes with the rest: ${pair} does not, since ${fact} (A21.5)`, fix),
    ),
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

/** The schema has let only networks through. */
function networkOf(cidr: string): Network {
  return parseCidr(cidr) ?? { address: 0, prefix: 0 };
}

/** No organisation holds more than a /8, so what is larger is the world or a large part of it. */
const WIDEST_PREFIX = 8;
function tooWide(key: string, cidrs: readonly string[], rule: string): Mistake[] {
  return cidrs.flatMap((cidr, index) =>
    networkOf(cidr).prefix < WIDEST_PREFIX
      ? [mistake(`${key}[${index}]`, cidr, rule, `list your networks, each a /${WIDEST_PREFIX} or smaller`)]
      : [],
  );
}

/** A rule asked for a key that is itself mistaken: it cannot be judged. */
class Unjudged extends Error {}

/** Mistakes between keys; rules over keys that are not there, because they are mistaken themselves, stay silent. */
export function crossCheck(config: Partial<PlatformConfig>): Mistake[] {
  const present = new Proxy(config, {
    get: (target, key) => {
      if (!(key in target)) throw new Unjudged();
      return target[key as keyof PlatformConfig];
    },
  }) as PlatformConfig;
  return rules.flatMap((rule) => {
    try {
      return rule(present) ?? [];
    } catch (error) {
      if (error instanceof Unjudged) return [];
      throw error;
    }
  });
}

/** Namespaces of Kubernetes itself and of the charts. */
function isOfPlatform(name: string): boolean {
  return /^kube-|^default$/.test(name) || Object.values(charts).some(({ namespace }) => namespace === name);
}
