import { weighed, type Alert } from "../slo/alerts";
import { LATENCY_MS } from "../slo/objectives";
import { dashboard, type Drawing } from "../slo/panel";
import { EVALUATION } from "../slo/severity";
import { canary } from "../strategy/table";
import type { ApplicationSpec } from "./application";
import { labelsOf, wave } from "./labels";
import type { Manifest } from "./manifest";
import { APPLICATION } from "./names";
import { serving } from "./strategy";

const { name } = APPLICATION;
const WINDOW = "5m";
/** How long it has to hold before somebody hears of it: longer than a rollout's first minutes (C1.6, C5.2). */
const HOLDS = "5m";

/** Queries over what the application says of itself (B8.5); what users meet at the gateway is judged by phase 19. */
function queries(namespace: string) {
  const of = (more = "") => `{namespace="${namespace}"${more}}`;
  const rate = (metric: string, more = "") => `rate(${metric}${of(more)}[${WINDOW}])`;
  const container = `, container="${name}"`;
  return {
    requests: `sum(${rate("http_requests_total")})`,
    errors: `sum(${rate("http_requests_total", ', status=~"5.."')}) / sum(${rate("http_requests_total")})`,
    p99: `1000 * histogram_quantile(0.99, sum by (le) (${rate("http_request_duration_seconds_bucket")}))`,
    ready: `sum(kube_pod_status_ready${of(`, pod=~"${name}-.+", condition="true"`)})`,
    cpu: `sum(${rate("container_cpu_usage_seconds_total", container)}) / sum(kube_pod_container_resource_limits${of(`${container}, resource="cpu"`)})`,
    memory: `sum(container_memory_working_set_bytes${of(container)}) / sum(kube_pod_container_resource_limits${of(`${container}, resource="memory"`)})`,
    restarts: `sum(increase(kube_pod_container_status_restarts_total${of(container)}[${WINDOW}]))`,
    failed: (job: string) => `max by (job_name) (kube_job_failed${of(`, job_name=~"${job}-.+", condition="true"`)})`,
    measured: `absent(up${of(`, container="${name}"`)} == 1)`,
  };
}

/** What is told of an environment's application, beyond what the platform tells of every workload (B6.2, B6.3). */
function alertsOf({ names: { namespace }, refresh }: ApplicationSpec): Alert[] {
  const { errors, p99, ready, measured, failed } = queries(namespace);
  const job = (what: string, alert: string, summary: string): Alert => ({
    name: alert,
    urgency: "ticket",
    expr: `${failed(what)} > 0`,
    for: "0s",
    runbook: "job-failed",
    summary: `${namespace}: ${summary}: {{ $labels.job_name }}`,
  });
  return [
    {
      name: "ApplicationErrors",
      urgency: "page",
      // What a canary is taken back for (D5.2) does not stand afterwards either.
      expr: `${errors} > ${Number((1 - canary.successShare).toFixed(6))}`,
      for: HOLDS,
      runbook: "high-error-rate",
      summary: `${namespace}: {{ $value | humanizePercentage }} of the application's answers are errors`,
    },
    {
      name: "ApplicationSlow",
      urgency: "ticket",
      expr: `${p99} > ${LATENCY_MS}`,
      for: HOLDS,
      runbook: "high-latency",
      summary: `${namespace}: one request of a hundred takes {{ $value }} ms`,
    },
    {
      name: "ApplicationDown",
      urgency: "page",
      expr: `${ready} == 0`,
      for: "1m",
      runbook: "pod-crash",
      summary: `${namespace}: no pod of the application is ready`,
    },
    {
      name: "ApplicationNotMeasured",
      urgency: "ticket",
      // No number is no good number (B6.6): a canary could not be judged either.
      expr: measured,
      for: "15m",
      runbook: "not-measured",
      summary: `${namespace}: the application's metrics are not read`,
    },
    job("migrate", "MigrationFailed", "a migration failed and stopped its release"),
    ...(refresh === undefined ? [] : [job("data-refresh", "DataRefreshFailed", "staging keeps last week's data")]),
  ];
}

/** The dashboard of an environment (B6.8). */
function boardOf(namespace: string): object {
  const { requests, errors, p99, ready, cpu, memory, restarts } = queries(namespace);
  const drawings: Drawing[] = [
    { title: "Requests", unit: "reqps", queries: { requests } },
    { title: "Share of errors", unit: "percentunit", queries: { errors } },
    { title: "Duration, 99 of 100", unit: "ms", queries: { p99 } },
    { title: "Pods that are ready", unit: "short", queries: { ready } },
    { title: "Of their limits", unit: "percentunit", queries: { cpu, memory } },
    { title: "Restarts", unit: "short", queries: { restarts } },
  ];
  return dashboard(`environment-${namespace}`, `Environment ${namespace}`, drawings);
}

/**
 * What measures the application of an environment that stays: its metrics, alerts and a dashboard. A preview has what the
 * platform measures of every pod and every route, and raises no alert (B6.4). Pods are scraped and not Services, since
 * during a canary two Services select them, and outside of one both the same.
 */
export function monitoringManifests(spec: ApplicationSpec): Manifest[] {
  const { kind, names, alerts } = spec;
  if (alerts === undefined) return [];
  const { namespace } = names;
  const metadata = (called: string, labels: Readonly<Record<string, string>> = {}) => ({
    name: called,
    namespace,
    labels: { ...labelsOf(kind, "web"), ...labels },
    annotations: wave(2),
  });
  const monitor: Manifest = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata: metadata(name),
    spec: {
      selector: { matchLabels: serving(spec.strategy) },
      podMetricsEndpoints: [{ port: "http", path: APPLICATION.metrics }],
    },
  };
  const file = `slipway-environment-${namespace}`;
  return [
    monitor,
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: metadata(name),
      spec: {
        groups: [
          {
            name: `slipway.environment.${namespace}`,
            interval: EVALUATION,
            rules: alertsOf(spec).map((alert) => weighed(alert, alerts)),
          },
        ],
      },
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      // The label by which Grafana's sidecar finds it.
      metadata: metadata("dashboard", { grafana_dashboard: "1" }),
      data: { [`${file}.json`]: JSON.stringify(boardOf(namespace), null, 1) },
    },
  ];
}
