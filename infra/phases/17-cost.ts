import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { charts } from "../charts";
import type { PlatformConfig } from "../config";
import { databaseRest } from "../database-rest";
import { costDashboard } from "../cost-dashboard";
import { costExport } from "../cost-export";
import { PlatformNamespace, podMaximumOf } from "../environments/namespace";
import type { Tags } from "../naming";
import { hibernates, offHours } from "../off-hours";
import { OPENCOST, openCostValues } from "../opencost-values";
import type { CostOutput } from "../outputs";
import { release } from "../release";
import type { ClusterOutputs } from "./02-cluster";
import type { NodePoolsOutputs } from "./03-node-pools";
import type { MetricsOutputs } from "./08-metrics";
import type { StatefulOutputs } from "./11-stateful";

export interface CostArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: ClusterOutputs;
  readonly nodePools: NodePoolsOutputs;
  readonly metrics: MetricsOutputs;
  readonly stateful: StatefulOutputs;
}
export type CostOutputs = { readonly [key in keyof CostOutput]: pulumi.Output<CostOutput[key]> };

/** All pods of a team together (A17.2). */
export const TEAM_QUOTA = {
  "requests.cpu": "10",
  "requests.memory": "32Gi",
  "limits.cpu": "20",
  "limits.memory": "64Gi",
};
const AROUND_THE_CLOCK = { timeZone: "", schedules: {}, machines: [] };
const NO_DATABASES: CostOutput["databaseRest"] = { namespace: "", schedules: {}, databases: [] };
const DASHBOARD = "dashboard-cost";

/**
 * Phase 17: what is spent is known and bounded. OpenCost prices what runs, AWS exports what it bills, each team has a
 * namespace with a quota, and nodes of dev and staging, with the reference database, are there in working hours only.
 *
 * The bucket of the export and its key are protected. Costs: 1 USD a month for the key, cents for the data; off-hours
 * give back about three fifths of the nodes of dev and staging.
 */
export class Cost extends pulumi.ComponentResource {
  readonly outputs: CostOutputs;

  constructor(name: string, args: CostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:Cost", name, {}, opts);
    const { config, tags, cluster, nodePools, metrics, stateful } = args;
    const child = { parent: this };
    const onCluster = { ...child, provider: cluster.provider };
    const namespaced = { vpcCidr: config.network.cidr, ...podMaximumOf(config), provider: cluster.provider };

    const namespace = new PlatformNamespace(
      `${name}-${charts.opencost.namespace}`,
      {
        name: charts.opencost.namespace,
        podSecurity: charts.opencost.podSecurity,
        // Prices are AWS's public list; use is what Prometheus knows.
        allow: { toNamespaces: [charts["kube-prometheus-stack"].namespace], toInternet: true },
        ...namespaced,
      },
      child,
    );
    const openCost = release(
      `${name}-opencost`,
      "opencost",
      config,
      openCostValues(config),
      { ...onCluster, dependsOn: nodePools.ready },
      pulumi.all([namespace.name, metrics.prometheus]).apply(([called]) => called),
    );
    // Grafana's sidecar finds it by its label.
    const dashboard = new k8s.core.v1.ConfigMap(
      `${name}-dashboard`,
      {
        metadata: { name: DASHBOARD, namespace: metrics.namespace, labels: { grafana_dashboard: "1" } },
        data: { "cost.json": JSON.stringify(costDashboard()) },
      },
      onCluster,
    );
    const { bucket, data, exportName } = costExport(name, config, tags, child);

    const teams = config.cost.teams.map(
      (team) =>
        new PlatformNamespace(
          `${name}-team-${team}`,
          {
            name: `team-${team}`,
            podSecurity: "restricted",
            labels: { "slipway.dev/team": team },
            quota: TEAM_QUOTA,
            ...namespaced,
          },
          child,
        ),
    );
    const { workingHours } = config.cost;
    const rest = workingHours === undefined ? undefined : offHours(name, config, workingHours, tags, child);
    const databases =
      workingHours === undefined || !hibernates(config)
        ? undefined
        : databaseRest(
            name,
            {
              ...{ config, tags, hours: workingHours, provider: cluster.provider, clusterName: cluster.name },
              database: stateful.postgres.apply(([first]) => first?.namespace ?? ""),
            },
            this,
          );

    this.outputs = {
      namespace: namespace.name,
      exporter: openCost.status.apply(() => ({ ...OPENCOST })),
      dashboard: pulumi.all([dashboard.metadata.namespace, dashboard.metadata.name]).apply((parts) => parts.join("/")),
      exportBucket: bucket.bucket,
      exportName: data.arn.apply(() => exportName),
      teams: pulumi.all(teams.map((team) => team.name)),
      offHours: pulumi
        .all((rest?.machines ?? []).map(({ arn }) => arn))
        .apply((): CostOutput["offHours"] => rest?.described ?? AROUND_THE_CLOCK),
      databaseRest: pulumi.output(databases ?? NO_DATABASES),
    };
    this.registerOutputs({ namespace: namespace.name });
  }
}
