import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { LOKI } from "./logs-values";
import { replicas, restrictedContainer } from "./release";

/** How Tempo is found; its service account has the release's name. */
export const TEMPO = {
  name: "tempo",
  port: 3200,
  otlp: 4317,
  url: "http://tempo.tempo.svc.cluster.local:3200",
} as const;
/** Where applications send their spans: OTLP by gRPC and by HTTP. */
export const COLLECTOR = { name: "opentelemetry-collector", grpc: 4317, http: 4318 } as const;

const seccomp = { seccompProfile: { type: "RuntimeDefault" } };

/** What the platform sets of the Tempo chart, and why. */
export function tempoValues(config: PlatformConfig, bucket: pulumi.Input<string>) {
  const host = `s3.${config.region}.amazonaws.com`;
  return {
    // The chart runs one (A9.6): during its restart the collectors keep what arrives and send it again.
    replicas: 1,
    tempo: {
      reportingEnabled: false,
      // An old trick against the garbage collector of Go, on by default: a GiB of nothing.
      memBallastSizeMbs: 0,
      // A trace is of use as long as the logs beside it (G4.3).
      retention: `${config.monitoring.logs.retentionDays * 24}h`,
      storage: {
        trace: {
          backend: "s3",
          s3: { bucket, endpoint: host, region: config.region },
          wal: { path: "/var/tempo/wal" },
        },
      },
      // The chart sets none.
      securityContext: restrictedContainer,
      resources:
        config.environment === "dev"
          ? { requests: { cpu: "50m", memory: "256Mi" }, limits: { cpu: "500m", memory: "1Gi" } }
          : { requests: { cpu: "200m", memory: "1Gi" }, limits: { cpu: "1", memory: "3Gi" } },
    },
    securityContext: { runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001, runAsNonRoot: true, ...seccomp },
    // What is not in the bucket yet survives a restart; off in the chart.
    persistence: { enabled: true, storageClassName: "gp3", size: "10Gi" },
    serviceMonitor: { enabled: true },
  };
}

/** What the platform sets of the OpenTelemetry collector's chart, and why. */
export function collectorValues(config: PlatformConfig) {
  const off = { enabled: false };
  const pipeline = {
    receivers: ["otlp"],
    // First the limit, so that a flood is refused and not died of; then many spans in one call.
    processors: ["memory_limiter", "batch"],
    exporters: ["otlp"],
  };
  return {
    mode: "deployment",
    replicaCount: replicas(config),
    // Both have to be named; this distribution has what a cluster needs and little else.
    image: { repository: "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-k8s" },
    command: { name: "otelcol-k8s" },
    // Spans say which pod they are of: the way from a trace to its logs (G4.3).
    presets: { kubernetesAttributes: { enabled: true } },
    // Its own and not the chart's, which keeps receivers and pipelines that nobody speaks to.
    alternateConfig: {
      extensions: { health_check: { endpoint: "${env:MY_POD_IP}:13133" } },
      receivers: {
        otlp: {
          protocols: {
            grpc: { endpoint: `\${env:MY_POD_IP}:${COLLECTOR.grpc}` },
            http: { endpoint: `\${env:MY_POD_IP}:${COLLECTOR.http}` },
          },
        },
      },
      processors: {
        memory_limiter: { check_interval: "5s", limit_percentage: 80, spike_limit_percentage: 25 },
        batch: {},
      },
      // Inside the cluster, through a policy that lets nobody else in.
      exporters: { otlp: { endpoint: `tempo.tempo.svc.cluster.local:${TEMPO.otlp}`, tls: { insecure: true } } },
      service: { extensions: ["health_check"], pipelines: { traces: pipeline } },
    },
    ports: { "jaeger-compact": off, "jaeger-thrift": off, "jaeger-grpc": off, zipkin: off },
    podSecurityContext: { runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, ...seccomp },
    securityContext: restrictedContainer,
    resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
    ...(config.highAvailability ? { podDisruptionBudget: { enabled: true, maxUnavailable: 1 } } : {}),
  };
}

/** A name that stands alone in Grafana's files: it would take one `$` for a variable of its own. */
const GRAFANA = "$$";

/** Data sources of Grafana that lead from a line to its trace, and from a trace to its lines and figures (G4.3). */
export const dataSources = {
  loki: {
    name: "Loki",
    type: "loki",
    uid: "loki",
    access: "proxy",
    url: LOKI.url,
    isDefault: false,
    jsonData: {
      derivedFields: [
        {
          name: "trace",
          // `trace_id`, `traceId` and `traceID`, as loggers write them.
          matcherRegex: '"trace_?[iI][dD]":\\s*"([0-9a-f]{16,32})"',
          datasourceUid: "tempo",
          url: `${GRAFANA}{__value.raw}`,
        },
      ],
    },
  },
  tempo: {
    name: "Tempo",
    type: "tempo",
    uid: "tempo",
    access: "proxy",
    url: TEMPO.url,
    isDefault: false,
    jsonData: {
      tracesToLogsV2: {
        datasourceUid: "loki",
        spanStartTimeShift: "-5m",
        spanEndTimeShift: "5m",
        filterByTraceID: true,
        filterBySpanID: false,
        tags: [
          { key: "k8s.namespace.name", value: "namespace" },
          { key: "k8s.pod.name", value: "pod" },
        ],
      },
      tracesToMetrics: {
        datasourceUid: "prometheus",
        tags: [{ key: "k8s.namespace.name", value: "namespace" }],
        queries: [
          { name: "Requests", query: `service:slo_requests:rate5m{${GRAFANA}__tags}` },
          { name: "Error rate", query: `service:slo_errors:ratio_rate5m{slo="availability", ${GRAFANA}__tags}` },
        ],
      },
    },
  },
} as const;
