import type { PlatformConfig } from "../config";
import { series } from "./indicators";
import { meshDrawings } from "./mesh";
import { LATENCY_MS, objectives } from "./objectives";
import { dashboard, type Choice, type Dashboard, type Drawing } from "./panel";
import { PREVIEWS, type Environment } from "./severity";

type Engine = PlatformConfig["gitops"]["engine"];

/** Namespaces that teams look at: four environments and previews by pattern; production first (B6.9). */
const namespaces: Choice = {
  name: "namespace",
  values: {
    production: "production",
    staging: "staging",
    qa: "qa",
    dev: "dev",
    demo: "demo",
    previews: PREVIEWS,
  },
};

const SERVICE = "{{namespace}}/{{service}}";
const quantile = (share: number, filter: string) =>
  `histogram_quantile(${share}, sum by (namespace, service, le) (rate(envoy_cluster_upstream_rq_time_bucket${filter}[5m])))`;

/** The four golden signals of services (H3.1): traffic, errors, latency, saturation. */
function golden(filter = ""): Drawing[] {
  const only = filter === "" ? "" : `{${filter}}`;
  const and = filter === "" ? "" : `, ${filter}`;
  return [
    { title: "Requests", unit: "reqps", queries: { [SERVICE]: `${series.traffic}${only}` } },
    {
      title: "Error rate",
      unit: "percentunit",
      queries: { [SERVICE]: `${series.errors("5m")}{slo="availability"${and}}` },
    },
    {
      title: "Response times",
      unit: "ms",
      queries: {
        [`${SERVICE} median`]: quantile(0.5, only),
        [`${SERVICE} 95 of 100`]: quantile(0.95, only),
        [`${SERVICE} 99 of 100`]: quantile(0.99, only),
      },
    },
    { title: "Measured, but without traffic", unit: "short", queries: { [SERVICE]: `${series.silent}${only}` } },
    {
      title: "CPU",
      unit: "cores",
      queries: {
        "{{namespace}}": `sum by (namespace) (rate(container_cpu_usage_seconds_total{container!=""${and}}[5m]))`,
        "{{namespace}} requested": `sum by (namespace) (kube_pod_container_resource_requests{resource="cpu"${and}})`,
      },
    },
    {
      title: "Memory",
      unit: "bytes",
      queries: {
        "{{namespace}}": `sum by (namespace) (container_memory_working_set_bytes{container!=""${and}})`,
        "{{namespace}} limit": `sum by (namespace) (kube_pod_container_resource_limits{resource="memory"${and}})`,
      },
    },
    {
      title: "CPU held back",
      unit: "percentunit",
      queries: {
        "{{namespace}}/{{pod}}":
          `sum by (namespace, pod) (rate(container_cpu_cfs_throttled_periods_total${only}[5m])) / ` +
          `sum by (namespace, pod) (rate(container_cpu_cfs_periods_total${only}[5m]))`,
      },
    },
    {
      title: "Restarts in an hour",
      unit: "short",
      queries: {
        "{{namespace}}/{{pod}}": `sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total${only}[1h])) > 0`,
      },
    },
  ];
}

const replicas: Drawing = {
  title: "Copies by autoscaler, and their most",
  unit: "short",
  queries: {
    "{{namespace}}/{{horizontalpodautoscaler}}": "kube_horizontalpodautoscaler_status_current_replicas",
    "{{namespace}}/{{horizontalpodautoscaler}} most": "kube_horizontalpodautoscaler_spec_max_replicas",
  },
};
const budgets: Drawing = {
  title: "Error budget left",
  unit: "percentunit",
  kind: "stat",
  floor: 0,
  queries: { [`${SERVICE} {{slo}} over {{window}}`]: series.left },
};

/** Every dashboard by name; each environment shows some of them. */
const all = {
  applications: (): Dashboard => dashboard("applications", "Applications", golden()),
  namespaces: (): Dashboard => dashboard("namespaces", "Namespaces", golden('namespace=~"$namespace"'), [namespaces]),
  "service-levels": (): Dashboard =>
    dashboard("service-levels", "Service levels", [
      budgets,
      ...objectives.map(({ name, target }): Drawing => ({
        title: `Bad requests, ${name} (target ${target * 100} %)`,
        unit: "percentunit",
        queries: {
          [`${SERVICE} 1 h`]: `${series.errors("1h")}{slo="${name}"}`,
          [`${SERVICE} 6 h`]: `${series.errors("6h")}{slo="${name}"}`,
          [`${SERVICE} 3 d`]: `${series.errors("3d")}{slo="${name}"}`,
          allowed: `${series.allowed}{slo="${name}"}`,
        },
      })),
    ]),
  "load-tests": (): Dashboard => dashboard("load-tests", "Load tests", [...golden().slice(0, 3), replicas, active]),
  benchmarks: (): Dashboard => dashboard("benchmarks", "Benchmarks", benchmarks),
  sla: (): Dashboard => dashboard("sla", "SLA", sla),
  business: (): Dashboard => dashboard("business", "Business", business),
  capacity: (): Dashboard => dashboard("capacity", "Capacity planning", capacity),
  incidents: (engine: Engine = "argo-cd"): Dashboard => dashboard("incidents", "Incidents", incidents(engine)),
} satisfies Readonly<Record<string, (engine?: Engine) => Dashboard>>;
export type DashboardName = keyof typeof all;

const active: Drawing = {
  title: "Requests under way",
  unit: "short",
  queries: { [SERVICE]: "sum by (namespace, service) (envoy_cluster_upstream_rq_active)" },
};

/** Now against a day and a week before: what a release did to speed. */
const benchmarks: readonly Drawing[] = ["", " offset 1d", " offset 1w"].map((offset, i) => ({
  title: `95 of 100 requests within, ${["now", "a day ago", "a week ago"][i]}`,
  unit: "ms",
  queries: {
    [SERVICE]: `histogram_quantile(0.95, sum by (namespace, service, le) (rate(envoy_cluster_upstream_rq_time_bucket[1h]${offset})))`,
  },
}));

const sla: readonly Drawing[] = [
  ...objectives.map((objective): Drawing => ({
    title: `Good requests over 3 days, ${objective.name}`,
    unit: "percentunit",
    kind: "stat",
    floor: objective.target,
    queries: { [SERVICE]: `1 - ${series.errors("3d")}{slo="${objective.name}"}` },
  })),
  budgets,
];

/** What every application has in common; figures of its own a team adds with a dashboard of its own. */
const business: readonly Drawing[] = [
  {
    title: "Requests served in a day",
    unit: "short",
    queries: { [SERVICE]: "sum by (namespace, service) (increase(envoy_cluster_upstream_rq_xx[1d]))" },
  },
  {
    title: "Requests refused or failed in a day",
    unit: "short",
    queries: {
      [`${SERVICE} {{envoy_response_code_class}}xx`]:
        'sum by (namespace, service, envoy_response_code_class) (increase(envoy_cluster_upstream_rq_xx{envoy_response_code_class=~"4|5"}[1d]))',
    },
  },
  {
    title: `Requests slower than ${LATENCY_MS} ms`,
    unit: "percentunit",
    queries: { [SERVICE]: `${series.errors("1h")}{slo="latency"}` },
  },
];

const capacity: readonly Drawing[] = [
  {
    title: "Requested of what nodes have",
    unit: "percentunit",
    queries: Object.fromEntries(
      ["cpu", "memory"].map((resource) => [
        resource,
        `sum(kube_pod_container_resource_requests{resource="${resource}"}) / sum(kube_node_status_allocatable{resource="${resource}"})`,
      ]),
    ),
  },
  {
    title: "Memory of nodes in use",
    unit: "percentunit",
    queries: { "{{instance}}": "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes" },
  },
  {
    title: "CPU of nodes in use",
    unit: "percentunit",
    queries: { "{{instance}}": '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))' },
  },
  {
    title: "Volumes: room left in a week, as they fill now",
    unit: "bytes",
    queries: {
      "{{namespace}}/{{persistentvolumeclaim}}": "predict_linear(kubelet_volume_stats_available_bytes[1d], 604800)",
    },
  },
  replicas,
  {
    title: "Requests, the week's highest",
    unit: "reqps",
    queries: { [SERVICE]: `max_over_time(${series.traffic}[1w])` },
  },
];

/** What differs from Git, as each GitOps engine tells it (A7.5). */
const differing: Readonly<Record<Engine, Drawing["queries"]>> = {
  "argo-cd": { "{{sync_status}}": "count by (sync_status) (argocd_app_info)" },
  flux: { "{{controller}} failed": "sum by (controller) (increase(controller_runtime_reconcile_errors_total[30m]))" },
};

const incidents = (engine: Engine): Drawing[] => [
  {
    title: "Alerts that fire",
    unit: "short",
    queries: { "{{severity}} {{alertname}}": 'count by (severity, alertname) (ALERTS{alertstate="firing"})' },
  },
  {
    title: "Escalated",
    unit: "short",
    queries: {
      "{{escalated}} to {{escalation}}":
        'count by (escalated, escalation) (ALERTS{alertstate="firing", escalation!=""})',
    },
  },
  {
    title: "Notifications that could not be delivered",
    unit: "short",
    queries: { "{{integration}}": "sum by (integration) (increase(alertmanager_notifications_failed_total[1h]))" },
  },
  {
    title: "Pods that do not run",
    unit: "short",
    queries: {
      "{{namespace}} {{phase}}":
        'sum by (namespace, phase) (kube_pod_status_phase{phase=~"Failed|Pending|Unknown"}) > 0',
    },
  },
  {
    title: "Applications that differ from Git",
    unit: "short",
    queries: differing[engine],
  },
  {
    title: "Copies missing",
    unit: "short",
    queries: {
      "{{namespace}}/{{deployment}}": "kube_deployment_spec_replicas - kube_deployment_status_replicas_available > 0",
    },
  },
];

const everywhere: readonly DashboardName[] = ["applications", "namespaces", "service-levels"];
const beforeUsers: readonly DashboardName[] = ["load-tests", "benchmarks"];
/** Who shows what: staging adds to dev (B6.7), production to staging (B6.8); what it costs is shown by phase 17. */
export const shown: Readonly<Record<Environment, readonly DashboardName[]>> = {
  dev: everywhere,
  staging: [...everywhere, ...beforeUsers],
  production: [...everywhere, ...beforeUsers, "sla", "business", "capacity", "incidents"],
};

/** Dashboards of an environment by name. */
export const dashboardsOf = ({
  environment,
  gitops,
  mesh,
}: Pick<PlatformConfig, "environment"> & Partial<Pick<PlatformConfig, "gitops" | "mesh">>): [
  DashboardName | "mesh",
  Dashboard,
][] => [
  ...shown[environment].map((name): [DashboardName, Dashboard] => [name, all[name](gitops?.engine)]),
  ...(mesh === undefined || mesh.kind === "none"
    ? []
    : [["mesh", dashboard("mesh", "Mesh", meshDrawings[mesh.kind])] as ["mesh", Dashboard]]),
];
