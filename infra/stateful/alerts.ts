import type { PlatformConfig } from "../config";
import { KAFKA } from "./kafka";
import { runbookUrl } from "../slo/alerts";
import type { AlertingRule } from "../slo/rule";
import { severities, type Urgency } from "../slo/severity";
import { POSTGRES } from "./postgres";

interface Said {
  readonly alert: string;
  readonly urgency: Urgency;
  readonly expr: string;
  readonly for: string;
  /** Page below docs/runbooks. */
  readonly runbook: string;
  readonly summary: string;
}

const brokers = `namespace="kafka", pod=~"${KAFKA.cluster}-${KAFKA.pool}-[0-9]+"`;
const instances = `namespace="${POSTGRES.namespace}", pod=~"${POSTGRES.cluster}-[0-9]+"`;

/** Disk latency of the node that a pod is on: EBS volumes are the node's disks. */
const latencyBehind = (pods: string) =>
  "max by (instance) (rate(node_disk_write_time_seconds_total[5m]) / rate(node_disk_writes_completed_total[5m])) " +
  `* on (instance) group_right () label_replace(kube_pod_info{${pods}}, "instance", "$1:9100", "host_ip", "(.+)") > 0.1`;

/** Heap, garbage collection and volume latency of each broker (A11.4), and copies that lag. */
const kafka: readonly Said[] = [
  {
    alert: "KafkaHeapNearLimit",
    urgency: "ticket",
    expr:
      `max by (namespace, pod) (jvm_memory_used_bytes{area="heap", ${brokers}}) / ` +
      `max by (namespace, pod) (jvm_memory_max_bytes{area="heap", ${brokers}}) > 0.9`,
    for: "15m",
    runbook: "kafka-broker",
    summary: "broker {{ $labels.pod }} uses {{ $value | humanizePercentage }} of its heap",
  },
  {
    alert: "KafkaCollectsGarbage",
    urgency: "ticket",
    expr: `sum by (namespace, pod) (rate(jvm_gc_collection_seconds_sum{${brokers}}[5m])) > 0.1`,
    for: "15m",
    runbook: "kafka-broker",
    summary: "broker {{ $labels.pod }} spends {{ $value | humanizePercentage }} of its time collecting garbage",
  },
  {
    alert: "KafkaVolumeSlow",
    urgency: "ticket",
    expr: `(max by (namespace, pod) (kafka_log_flush_milliseconds{${brokers}}) > 500) or (${latencyBehind(brokers)})`,
    for: "10m",
    runbook: "kafka-broker",
    summary: "writes of broker {{ $labels.pod }} take long: its volume is at its limit of I/O",
  },
  {
    alert: "KafkaCopiesLag",
    urgency: "page",
    expr: `sum by (namespace, pod) (kafka_under_replicated_partitions{${brokers}}) > 0`,
    for: "10m",
    runbook: "kafka-broker",
    summary: "{{ $value }} partitions led by {{ $labels.pod }} lack a copy",
  },
];

/** Pool and disk saturation (A11.8), and what would be lost. */
const postgres = (config: PlatformConfig): readonly Said[] => [
  {
    alert: "PostgresConnectionsNearLimit",
    urgency: "page",
    expr:
      `sum by (namespace, pod) (cnpg_backends_total{${instances}}) / ` +
      `max by (namespace, pod) (cnpg_pg_settings_setting{name="max_connections", ${instances}}) > 0.8`,
    for: "5m",
    runbook: "postgres-saturation",
    summary: "{{ $labels.pod }}: {{ $value | humanizePercentage }} of all connections are taken",
  },
  {
    alert: "PostgresVolumeFills",
    urgency: "page",
    expr:
      `min by (namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes{namespace="${POSTGRES.namespace}"} / ` +
      `kubelet_volume_stats_capacity_bytes{namespace="${POSTGRES.namespace}"}) < 0.15`,
    for: "15m",
    runbook: "postgres-saturation",
    summary: "{{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} of its room left",
  },
  {
    alert: "PostgresVolumeSlow",
    urgency: "ticket",
    expr: latencyBehind(instances),
    for: "10m",
    runbook: "postgres-saturation",
    summary: "writes under {{ $labels.pod }} take {{ $value | humanizeDuration }}",
  },
  ...(config.backup.enabled
    ? ([
        {
          alert: "PostgresArchiveFails",
          urgency: "page",
          expr: `max by (namespace, pod) (cnpg_pg_stat_archiver_seconds_since_last_archival{${instances}}) > 900 and max by (namespace, pod) (cnpg_pg_replication_in_recovery{${instances}}) == 0`,
          for: "15m",
          runbook: "postgres-saturation",
          summary: "{{ $labels.pod }} archived no WAL for {{ $value | humanizeDuration }}: that much would be lost",
        },
      ] as const)
    : []),
];

/** Rules by the name of their PrometheusRule, each with severity, environment and runbook (B6.6). */
export function statefulAlerts(config: PlatformConfig): {
  readonly kafka: readonly AlertingRule[];
  readonly postgres: readonly AlertingRule[];
} {
  const weigh = ({ alert, urgency, expr, for: duration, runbook, summary }: Said): AlertingRule => ({
    alert,
    expr,
    for: duration,
    labels: { severity: severities[config.environment][urgency], environment: config.environment },
    annotations: { summary, runbook_url: runbookUrl(config, runbook) },
  });
  return { kafka: kafka.map(weigh), postgres: postgres(config).map(weigh) };
}
