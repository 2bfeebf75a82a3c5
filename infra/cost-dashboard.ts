import { boardOf, type Panel } from "./board";

/** Hours of AWS's month (8,760 a year). */
const HOURS = 730;
const NODE_PRICE = (resource: "cpu" | "ram") => `max by (node) (node_${resource}_hourly_cost)`;
const BYTES_A_GIB = "1024 ^ 3";

/** What is spent, by whom, and on what nobody used (A17.1, H4.1). Metrics are those of OpenCost and of the exporters. */
export const costPanels: readonly Panel[] = [
  {
    title: "Nodes a month",
    kind: "stat",
    unit: "currencyUSD",
    query: `sum(node_total_hourly_cost) * ${HOURS}`,
    description: "Nodes that are there now, if they stay for a month. slipway cost says what was planned.",
  },
  {
    title: "Volumes a month",
    kind: "stat",
    unit: "currencyUSD",
    query: `sum(pv_hourly_cost * on (persistentvolume) group_left () (kube_persistentvolume_capacity_bytes / ${BYTES_A_GIB})) * ${HOURS}`,
    description: "Volumes that are there now.",
  },
  {
    title: "CPU by namespace, a month",
    kind: "timeseries",
    unit: "currencyUSD",
    query: `sum by (namespace) (container_cpu_allocation * on (node) group_left () ${NODE_PRICE("cpu")}) * ${HOURS}`,
    legend: "{{namespace}}",
    description: "What is requested or used, whichever is more, at the price of its node.",
  },
  {
    title: "Memory by namespace, a month",
    kind: "timeseries",
    unit: "currencyUSD",
    query: `sum by (namespace) (container_memory_allocation_bytes / ${BYTES_A_GIB} * on (node) group_left () ${NODE_PRICE("ram")}) * ${HOURS}`,
    legend: "{{namespace}}",
    description: "What is requested or used, whichever is more, at the price of its node.",
  },
  {
    title: "Requested CPU that was not used in a day",
    kind: "table",
    unit: "percentunit",
    query: `1 - sum by (namespace) (rate(container_cpu_usage_seconds_total{container!=""}[1d])) / sum by (namespace) (kube_pod_container_resource_requests{resource="cpu"})`,
    description: "Most environments request 40 to 60 % too much (H4.1); ask the autoscaler's advice before cutting.",
  },
  {
    title: "Quota in use",
    kind: "table",
    unit: "percentunit",
    query: `max by (namespace, resource) (kube_resourcequota{type="used"}) / max by (namespace, resource) (kube_resourcequota{type="hard"} > 0)`,
    description: "Above 80 % a burst is refused (A17.4).",
  },
];

/** The dashboard as Grafana reads it. Pure. */
export const costDashboard = (): object => boardOf("slipway-cost", "Cost", costPanels);
