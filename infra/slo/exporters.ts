import { charts } from "../charts";
import type { PlatformConfig } from "../config";
import { SIDECAR } from "../mesh/names";

/** Something that exposes metrics, how it is scraped, and which of its metrics rules and dashboards may use. */
export interface Exporter {
  readonly name: string;
  /** Value of the label `job` of its series. */
  readonly job: string;
  /** The project's own list of its metrics. */
  readonly documented: string;
  readonly metrics: readonly string[];
  /** Pods that a PodMonitor of ours finds; without it a ServiceMonitor of the chart does. */
  readonly pods?: {
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Name of the container's port. */
    readonly port: string;
    readonly path?: string;
    /** In every namespace: proxies are in pods of others. */
    readonly anywhere?: true;
  };
  /** Where it is there with one GitOps engine only (A7.5). */
  readonly engine?: PlatformConfig["gitops"]["engine"];
  /** Where it is there with one mesh only (A10.1). */
  readonly mesh?: PlatformConfig["mesh"]["kind"];
  /** Where it is there with a Vault only (A12.1). */
  readonly vault?: PlatformConfig["secrets"]["vault"];
  /** Where it is there with one controller of the entry point only (A6.1). */
  readonly controller?: PlatformConfig["entryPoint"]["controller"];
}

/** Namespace and prefix of our PodMonitors: the operator builds the label `job` from them. */
export const MONITORS = { namespace: charts["kube-prometheus-stack"].namespace, prefix: "slipway-" } as const;
const own = (name: string): string => `${MONITORS.namespace}/${MONITORS.prefix}${name}`;

/** What the platform measures. A query that uses a metric which is not in this list fails its test. */
export const exporters: readonly Exporter[] = [
  {
    name: "envoy",
    job: own("envoy"),
    documented: "https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats",
    metrics: [
      "envoy_cluster_upstream_rq_xx",
      "envoy_cluster_upstream_rq_time_bucket",
      "envoy_cluster_upstream_rq_time_count",
      "envoy_cluster_upstream_rq_active",
    ],
    pods: {
      namespace: charts["envoy-gateway"].namespace,
      labels: { "app.kubernetes.io/name": "envoy", "app.kubernetes.io/component": "proxy" },
      port: "metrics",
      path: "/stats/prometheus",
    },
    controller: "envoy-gateway",
  },
  {
    name: "traefik",
    job: own("traefik"),
    documented: "https://doc.traefik.io/traefik/reference/install-configuration/observability/metrics/",
    // Under the names of Envoy's, which it has after relabelling; how many are open at a time it does not tell by service.
    metrics: [
      "envoy_cluster_upstream_rq_xx",
      "envoy_cluster_upstream_rq_time_bucket",
      "envoy_cluster_upstream_rq_time_count",
    ],
    pods: {
      namespace: charts.traefik.namespace,
      labels: { "app.kubernetes.io/name": "traefik" },
      port: "metrics",
    },
    controller: "traefik",
  },
  {
    name: "cert-manager",
    job: own("cert-manager"),
    documented: "https://cert-manager.io/docs/devops-tips/prometheus-metrics/",
    metrics: ["certmanager_certificate_expiration_timestamp_seconds"],
    pods: {
      namespace: charts["cert-manager"].namespace,
      labels: { "app.kubernetes.io/instance": "cert-manager", "app.kubernetes.io/component": "controller" },
      port: "http-metrics",
    },
  },
  {
    name: "argo-cd",
    job: own("argo-cd"),
    documented: "https://argo-cd.readthedocs.io/en/stable/operator-manual/metrics/",
    metrics: ["argocd_app_info"],
    pods: {
      namespace: charts["argo-cd"].namespace,
      labels: { "app.kubernetes.io/name": "argocd-application-controller" },
      port: "metrics",
    },
    engine: "argo-cd",
  },
  {
    name: "flux",
    job: own("flux"),
    documented: "https://fluxcd.io/flux/monitoring/metrics/",
    metrics: ["controller_runtime_reconcile_errors_total"],
    pods: { namespace: charts.flux2.namespace, labels: { app: "kustomize-controller" }, port: "http-prom" },
    engine: "flux",
  },
  {
    name: "external-secrets",
    job: own("external-secrets"),
    documented: "https://external-secrets.io/latest/api/metrics/",
    metrics: ["externalsecret_status_condition"],
    pods: {
      namespace: charts["external-secrets"].namespace,
      labels: { "app.kubernetes.io/name": "external-secrets" },
      port: "metrics",
    },
  },
  {
    name: "velero",
    job: own("velero"),
    documented: "https://github.com/vmware-tanzu/velero/blob/main/pkg/metrics/metrics.go",
    metrics: ["velero_backup_last_successful_timestamp"],
    pods: {
      namespace: charts.velero.namespace,
      labels: { "app.kubernetes.io/name": "velero" },
      port: "http-monitoring",
    },
  },
  {
    name: "istiod",
    job: own("istiod"),
    documented: "https://istio.io/latest/docs/reference/commands/pilot-discovery/#metrics",
    metrics: ["pilot_xds", "pilot_total_xds_rejects", "citadel_server_root_cert_expiry_timestamp"],
    pods: { namespace: charts.istiod.namespace, labels: { app: "istiod" }, port: "http-monitoring" },
    mesh: "istio-ambient",
  },
  {
    name: "ztunnel",
    job: own("ztunnel"),
    documented: "https://istio.io/latest/docs/reference/config/metrics/",
    metrics: ["istio_tcp_connections_opened_total", "istio_tcp_sent_bytes_total"],
    pods: { namespace: charts.ztunnel.namespace, labels: { app: "ztunnel" }, port: "ztunnel-stats" },
    mesh: "istio-ambient",
  },
  {
    name: "linkerd",
    job: own("linkerd"),
    documented: "https://linkerd.io/2/reference/proxy-metrics/",
    metrics: [
      "request_total",
      "response_total",
      "response_latency_ms_bucket",
      "identity_cert_expiration_timestamp_seconds",
    ],
    pods: {
      namespace: SIDECAR.namespace,
      // The control plane's own pods have a proxy too.
      labels: { [SIDECAR.injected]: SIDECAR.namespace },
      port: "linkerd-admin",
      anywhere: true,
    },
    mesh: "linkerd",
  },
  {
    // By a ServiceMonitor of its own, beside it: its certificate's authority is read from a Secret there.
    name: "vault",
    job: "vault-internal",
    documented: "https://developer.hashicorp.com/vault/docs/internals/telemetry/metrics/core-system",
    metrics: ["vault_core_unsealed"],
    vault: "vault",
  },
  {
    name: "kube-state-metrics",
    job: "kube-state-metrics",
    documented: "https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics",
    metrics: [
      "kube_pod_info",
      "kube_pod_status_phase",
      "kube_pod_container_status_restarts_total",
      "kube_pod_container_status_waiting_reason",
      "kube_pod_container_status_last_terminated_reason",
      "kube_pod_container_resource_limits",
      "kube_pod_container_resource_requests",
      "kube_node_status_condition",
      "kube_node_status_allocatable",
      "kube_persistentvolumeclaim_status_phase",
      "kube_persistentvolume_status_phase",
      "kube_horizontalpodautoscaler_status_current_replicas",
      "kube_horizontalpodautoscaler_spec_max_replicas",
      "kube_deployment_status_replicas_available",
      "kube_deployment_spec_replicas",
    ],
  },
  {
    name: "node-exporter",
    job: "node-exporter",
    documented: "https://github.com/prometheus/node_exporter#collectors",
    metrics: ["node_cpu_seconds_total", "node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes"],
  },
  {
    name: "kubelet",
    job: "kubelet",
    documented: "https://kubernetes.io/docs/reference/instrumentation/metrics/",
    metrics: [
      "kubelet_volume_stats_available_bytes",
      "kubelet_volume_stats_capacity_bytes",
      // cAdvisor, which the kubelet has built in.
      "container_cpu_usage_seconds_total",
      "container_cpu_cfs_throttled_periods_total",
      "container_cpu_cfs_periods_total",
      "container_memory_working_set_bytes",
    ],
  },
  {
    name: "alertmanager",
    job: "kube-prometheus-stack-alertmanager",
    documented: "https://github.com/prometheus/alertmanager/blob/main/notify/notify.go",
    metrics: ["alertmanager_notifications_total", "alertmanager_notifications_failed_total"],
  },
];

/** What an environment has of them. */
export const exportersOf = <E extends Exporter>(
  { gitops, entryPoint, mesh, secrets }: Pick<PlatformConfig, "entryPoint" | "gitops" | "mesh" | "secrets">,
  of: readonly E[],
): E[] =>
  of.filter(
    ({ engine = gitops.engine, controller = entryPoint.controller, mesh: kind = mesh.kind, vault = secrets.vault }) =>
      engine === gitops.engine && controller === entryPoint.controller && kind === mesh.kind && vault === secrets.vault,
  );

/** What Prometheus makes of its own rules and scrapes. */
const ofPrometheus = ["up", "ALERTS"] as const;

/** Every metric that a query may name, beside what is recorded. */
export const knownMetrics: ReadonlySet<string> = new Set([
  ...exporters.flatMap(({ metrics }) => metrics),
  ...ofPrometheus,
]);
