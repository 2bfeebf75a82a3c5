import { definition } from "../schema";

const GROUP = "monitoring.coreos.com";
const kind = (name: string, version: string, plural?: string) =>
  definition({ group: GROUP, kind: name, versions: [version], ...(plural !== undefined && { plural }) });

/** Kinds of the Prometheus operator v0.93.1; charts and teams write them, the platform's own program none. */
export const prometheusOperatorDefinitions = [
  kind("AlertmanagerConfig", "v1alpha1"),
  kind("Alertmanager", "v1"),
  kind("PodMonitor", "v1"),
  kind("Probe", "v1"),
  kind("PrometheusAgent", "v1alpha1"),
  kind("Prometheus", "v1", "prometheuses"),
  kind("PrometheusRule", "v1"),
  kind("ScrapeConfig", "v1alpha1"),
  kind("ServiceMonitor", "v1"),
  kind("ThanosRuler", "v1"),
];
