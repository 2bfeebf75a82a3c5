import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { charts, type Chart, type ChartName } from "./charts";
import type { PlatformConfig } from "./config";

/**
 * Installs a chart at the version of the table or its override. A Helm release and not rendered manifests, because
 * many charts do part of their work in hooks, which only a release runs. Atomic: a failed upgrade goes back.
 */
export function release(
  name: string,
  chartName: ChartName,
  config: PlatformConfig,
  values: pulumi.Input<Record<string, pulumi.Input<unknown>>>,
  opts: pulumi.CustomResourceOptions,
  namespace?: pulumi.Input<string>,
  /** False for what runs on nodes that wait for it. */
  { waits }: { readonly waits: boolean } = { waits: true },
): k8s.helm.v3.Release {
  const chart: Chart = charts[chartName];
  return new k8s.helm.v3.Release(
    name,
    {
      name: chartName,
      chart: chart.chart,
      version: config.charts[chartName] ?? chart.version,
      ...(chart.repository === undefined ? {} : { repositoryOpts: { repo: chart.repository } }),
      namespace: namespace ?? chart.namespace,
      ...(waits ? { atomic: true } : { skipAwait: true }),
      timeout: RELEASE_TIMEOUT_SECONDS,
      values,
    },
    opts,
  );
}

/** Images are pulled and webhooks come up within this, also on a fresh node. */
const RELEASE_TIMEOUT_SECONDS = 600;

/** Security context of a container under the restricted Pod Security level. */
export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** Add-ons run two copies with high availability, else one. */
export function replicas(config: PlatformConfig, highlyAvailable = 2): number {
  return config.highAvailability ? highlyAvailable : 1;
}
