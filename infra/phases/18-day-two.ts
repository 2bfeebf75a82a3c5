import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../config";
import { maintenanceDashboard, toldWindows } from "../maintenance-dashboard";
import type { DayTwoOutput } from "../outputs";
import type { ClusterOutputs } from "./02-cluster";
import type { MetricsOutputs } from "./08-metrics";

export interface DayTwoArgs {
  readonly config: PlatformConfig;
  readonly cluster: ClusterOutputs;
  readonly metrics: MetricsOutputs;
}
export type DayTwoOutputs = { readonly [key in keyof DayTwoOutput]: pulumi.Output<DayTwoOutput[key]> };

const DASHBOARD = "dashboard-maintenance";

/**
 * Phase 18: what is looked after every day and every week, in one place, with the windows in which something may be
 * changed. Budgets of disruption are each component's own; this phase's check finds what has none, and those that let
 * no pod go.
 *
 * Holds no state and costs nothing.
 */
export class DayTwo extends pulumi.ComponentResource {
  readonly outputs: DayTwoOutputs;

  constructor(name: string, { config, cluster, metrics }: DayTwoArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:DayTwo", name, {}, opts);
    const { windows } = config.maintenance;
    const dashboard = new k8s.core.v1.ConfigMap(
      `${name}-dashboard`,
      {
        // The label by which Grafana's sidecar finds it.
        metadata: { name: DASHBOARD, namespace: metrics.namespace, labels: { grafana_dashboard: "1" } },
        data: { "maintenance.json": JSON.stringify(maintenanceDashboard(windows)) },
      },
      { parent: this, provider: cluster.provider },
    );
    this.outputs = {
      dashboard: pulumi.all([dashboard.metadata.namespace, dashboard.metadata.name]).apply((parts) => parts.join("/")),
      windows: pulumi.output(toldWindows(windows)),
    };
    this.registerOutputs({ windows: this.outputs.windows });
  }
}
