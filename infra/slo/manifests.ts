import type { PlatformConfig } from "../config";
import { alertRules } from "./alerts";
import { exporters, MONITORS, type Exporter } from "./exporters";
import { indicatorRules } from "./indicators";
import type { RuleGroup } from "./rule";
import { traefikRelabelings } from "./traefik-series";

/** PrometheusRules by name. */
export function ruleObjects(config: PlatformConfig): Readonly<Record<string, readonly RuleGroup[]>> {
  return {
    "slipway-indicators": indicatorRules(config.monitoring.metrics.retentionDays),
    "slipway-alerts": alertRules(config),
  };
}

/** Names of all alerts of an environment, each once. */
export function alertNames(config: PlatformConfig): string[] {
  const names = alertRules(config).flatMap(({ rules }) =>
    rules.flatMap((rule) => ("alert" in rule ? [rule.alert] : [])),
  );
  return [...new Set(names)];
}

type Scraped = Exporter & { readonly pods: NonNullable<Exporter["pods"]> };
/** What no chart watches by itself, because it is installed before the kinds of the Prometheus operator are there. */
export const unwatched: readonly Scraped[] = exporters.filter((one): one is Scraped => one.pods !== undefined);

/** Envoy names a route's backends `httproute/NAMESPACE/NAME/rule/N`; its other clusters are its own affairs. */
const ROUTE = "httproute/([^/]+)/([^/]+)/.+";
/** Series are cheap while nobody keeps what no query reads (A8.3). */
const kept = (exporter: Scraped): string => exporter.metrics.join("|");

/** Spec of the PodMonitor that scrapes it. */
export function monitorSpec(exporter: Scraped): object {
  const { namespace, labels, port, path, anywhere } = exporter.pods;
  const keep = (sourceLabels: string[], regex: string) => ({ sourceLabels, regex, action: "keep" });
  const byRoute = (targetLabel: string, replacement: string) => ({
    sourceLabels: ["envoy_cluster_name"],
    regex: ROUTE,
    targetLabel,
    replacement,
    action: "replace",
  });
  return {
    namespaceSelector: anywhere === true ? { any: true } : { matchNames: [namespace] },
    selector: { matchLabels: labels },
    podMetricsEndpoints: [
      {
        port,
        ...(path === undefined ? {} : { path }),
        // `namespace` of a certificate is the certificate's, not the exporter's own.
        honorLabels: true,
        metricRelabelings: [
          ...(exporter.name === "traefik" ? traefikRelabelings : []),
          keep(["__name__"], kept(exporter)),
          ...(exporter.name === "envoy"
            ? [keep(["envoy_cluster_name"], ROUTE), byRoute("namespace", "$1"), byRoute("service", "$2")]
            : []),
        ],
      },
    ],
  };
}
export const monitorName = (exporter: Exporter): string => `${MONITORS.prefix}${exporter.name}`;
