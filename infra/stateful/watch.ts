import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { AlertingRule } from "../slo/rule";
import { EVALUATION } from "../slo/severity";

/** Members of a data system, how they are scraped and what is said of them. */
export interface Watched {
  readonly what: "kafka" | "postgres";
  /** Name of the port with metrics. */
  readonly port: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly alerts: readonly AlertingRule[];
}

/** What is scraped of the members, and the rules over it (A11.4, A11.8); the name of the rules. */
export function watchMembers(
  name: string,
  namespace: pulumi.Input<string>,
  { what, port, labels, alerts }: Watched,
  onCluster: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const custom = (kind: string, spec: object) =>
    new k8s.apiextensions.CustomResource(
      `${name}-${what}-${kind === "PodMonitor" ? "monitor" : "rules"}`,
      { apiVersion: "monitoring.coreos.com/v1", kind, metadata: { name: what, namespace }, spec },
      onCluster,
    );
  custom("PodMonitor", { selector: { matchLabels: labels }, podMetricsEndpoints: [{ port, honorLabels: true }] });
  return custom("PrometheusRule", { groups: [{ name: `slipway.${what}`, interval: EVALUATION, rules: alerts }] })
    .metadata.name;
}
