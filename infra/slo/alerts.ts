import type { PlatformConfig } from "../config";
import { schedulesOf } from "../schedules";
import { exporters, exportersOf } from "./exporters";
import { series } from "./indicators";
import { meshAlerts } from "./mesh";
import { burnRates, errorBudget, objectives, type Objective } from "./objectives";
import type { AlertingRule, RuleGroup } from "./rule";
import {
  ESCALATION_MINUTES,
  EVALUATION,
  PREVIEWS,
  severities,
  type Environment,
  type Severity,
  type Urgency,
} from "./severity";

/** One kind of alert before an environment gives it its weight. */
export interface Alert {
  readonly name: string;
  readonly urgency: Urgency;
  readonly expr: string;
  readonly for: string;
  /** Page below docs/runbooks. */
  readonly runbook: string;
  readonly summary: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Where pages of docs/runbooks are read by who is called (B6.6). */
export const runbookUrl = (config: Pick<PlatformConfig, "runbook">, page: string): string =>
  `${config.runbook.replace(/\/$/, "")}/${page}`;

const judged = `namespace!~"${PREVIEWS}"`;
const DAY = 86_400;
const HOUR = 3600;
const pod = "namespace, pod, container";

/** Every alert of an environment, in groups that are evaluated each 30 s (B6.5). */
export function alertRules(config: PlatformConfig): RuleGroup[] {
  const group = (name: string, alerts: readonly Alert[]): RuleGroup => ({
    name: `slipway.${name}`,
    interval: EVALUATION,
    rules: alerts.map((alert) => weighed(alert, config)),
  });
  return [
    group("slo", [...objectives.flatMap(burning), ...backstops(config.environment), ...silence(config)]),
    group("workloads", workloads),
    group("platform", [...platform(config), ...late(config)]),
    ...(config.mesh.kind === "none" ? [] : [group("mesh", meshAlerts(config))]),
    ...(config.secrets.vault === "none" ? [] : [group("vault", [vaultSealed])]),
    ...(config.monitoring.alerts.paging ? [escalation(config)] : []),
  ];
}

/** The alert as Prometheus takes it: with severity, environment and runbook, none without (B6.6, H3.2). */
export function weighed(
  alert: Alert,
  config: Pick<PlatformConfig, "environment" | "runbook">,
  severity?: Severity,
): AlertingRule {
  const { environment } = config;
  return {
    alert: alert.name,
    expr: alert.expr,
    for: alert.for,
    labels: { severity: severity ?? severities[environment][alert.urgency], environment, ...alert.labels },
    annotations: { summary: alert.summary, runbook_url: runbookUrl(config, alert.runbook) },
  };
}

/** Budgets that burn too fast, one alert that pages and one that can wait (A19.1). */
function burning(objective: Objective): Alert[] {
  const { name, target, promise } = objective;
  const over = (window: string, factor: number) =>
    `${series.errors(window)}{slo="${name}", ${judged}} > ${factor} * ${errorBudget(objective)}`;
  return (["page", "ticket"] as const).map((urgency) => {
    const pairs = burnRates.filter((rate) => rate.urgency === urgency);
    return {
      name: urgency === "page" ? "ErrorBudgetBurnsFast" : "ErrorBudgetBurnsSlowly",
      urgency,
      expr: pairs.map(({ long, short, factor }) => `(${over(long, factor)} and ${over(short, factor)})`).join(" or "),
      // The short window is what keeps a moment from raising it; a wait would only delay (SRE Workbook, chapter 5).
      for: "0s",
      runbook: name === "availability" ? "high-error-rate" : "high-latency",
      labels: { slo: name },
      summary:
        `{{ $labels.namespace }}/{{ $labels.service }}: ${urgency === "page" ? "2 % of the budget in an hour, or 5 % in six" : "10 % of the budget in three days"}; ` +
        `{{ $value | humanizePercentage }} of requests are bad, promised is that ${promise} (${target * 100} %)`,
    };
  });
}

/** Share of server errors above which it is told whatever the budget says (B6.5, B6.6); dev as staging. */
export const errorShares: Readonly<Record<Environment, { readonly above: number; readonly for: string }>> = {
  dev: { above: 0.1, for: "5m" },
  staging: { above: 0.1, for: "5m" },
  production: { above: 0.05, for: "2m" },
};

function backstops(environment: Environment): Alert[] {
  const { above, for: duration } = errorShares[environment];
  return [
    {
      name: "HighErrorShare",
      urgency: "page",
      expr: `${series.errors("5m")}{slo="availability", ${judged}} > ${above}`,
      for: duration,
      runbook: "high-error-rate",
      summary:
        "{{ $labels.namespace }}/{{ $labels.service }}: {{ $value | humanizePercentage }} of answers are server errors",
    },
  ];
}

/** Requests a second over a day from which on ten minutes without any are no chance. */
const USUAL = 1;
/** No traffic and no measurement are states of their own: neither is good, and no share can tell them (B6.6). */
const silence = (config: PlatformConfig): Alert[] => [
  {
    name: "NoTraffic",
    urgency: "ticket",
    expr: `${series.traffic}{${judged}} == 0 and ${series.usual} > ${USUAL}`,
    for: "10m",
    runbook: "no-traffic",
    summary: "{{ $labels.namespace }}/{{ $labels.service }} had traffic all day and has none now",
  },
  ...exportersOf(config, exporters).map(({ name, job }) => ({
    name: "NotMeasured",
    urgency: "ticket" as const,
    expr: `absent(up{job="${job}"} == 1)`,
    for: "10m",
    runbook: "not-measured",
    summary: `nothing is measured by ${name}: alerts that rest on it cannot fire`,
    labels: { exporter: name },
  })),
];

const workloads: readonly Alert[] = [
  {
    name: "RestartsOften",
    urgency: "page",
    expr: `increase(kube_pod_container_status_restarts_total{${judged}}[15m]) > 3`,
    for: "5m",
    runbook: "pod-crash",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }}: {{ $labels.container }} restarted over 3 times in 15 minutes",
  },
  {
    name: "CrashLoopBackOff",
    urgency: "ticket",
    // It alternates between running and waiting: the last five minutes count.
    expr: `max by (${pod}) (max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff", ${judged}}[5m])) == 1`,
    for: "5m",
    runbook: "crash-loop-back-off",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }}: {{ $labels.container }} does not stay up",
  },
  {
    name: "OomKilled",
    urgency: "ticket",
    expr:
      `max by (${pod}) (kube_pod_container_status_last_terminated_reason{reason="OOMKilled", ${judged}}) == 1 and ` +
      `max by (${pod}) (increase(kube_pod_container_status_restarts_total[10m])) > 0`,
    for: "0s",
    runbook: "oom-killed",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }}: {{ $labels.container }} went over its memory limit",
  },
  {
    name: "MemoryNearLimit",
    urgency: "ticket",
    expr:
      `max by (${pod}) (container_memory_working_set_bytes{container!="", ${judged}}) / ` +
      `max by (${pod}) (kube_pod_container_resource_limits{resource="memory"}) > 0.9`,
    for: "15m",
    runbook: "saturation",
    summary:
      "{{ $labels.namespace }}/{{ $labels.pod }}: {{ $labels.container }} uses {{ $value | humanizePercentage }} of its memory limit",
  },
  {
    name: "AutoscalerAtMaximum",
    urgency: "ticket",
    expr:
      `max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_current_replicas{${judged}}) >= ` +
      "max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_spec_max_replicas)",
    for: "15m",
    runbook: "saturation",
    summary: "{{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} cannot grow any further",
  },
];

/** What each GitOps engine (A7.5) tells of a delivery that is not what Git says. */
const drift: Readonly<Record<PlatformConfig["gitops"]["engine"], Pick<Alert, "expr" | "summary">>> = {
  "argo-cd": {
    expr: 'max by (name) (argocd_app_info{sync_status="OutOfSync"}) == 1 or max by (name) (argocd_app_info{health_status="Degraded"}) == 1',
    summary: "application {{ $labels.name }} is not what Git says, or is not well",
  },
  // It tells of kinds and not of names: which one it is, `flux get all -A` says.
  flux: {
    expr: 'sum by (controller) (increase(controller_runtime_reconcile_errors_total{controller="kustomization"}[30m])) > 0',
    summary: "a {{ $labels.controller }} is not what Git says, or is not well",
  },
};

const platform = ({ gitops: { engine } }: PlatformConfig): Alert[] => [
  {
    name: "NodeNotReady",
    urgency: "page",
    expr: 'max by (node) (kube_node_status_condition{condition="Ready", status="true"}) == 0',
    for: "5m",
    runbook: "node-failure",
    summary: "node {{ $labels.node }} is not ready",
  },
  {
    name: "VolumeLost",
    urgency: "page",
    expr:
      `max by (namespace, persistentvolumeclaim) (kube_persistentvolumeclaim_status_phase{phase="Lost", ${judged}}) == 1 or ` +
      'max by (persistentvolume) (kube_persistentvolume_status_phase{phase="Failed"}) == 1',
    for: "1m",
    runbook: "volume-loss",
    summary: "{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }}{{ $labels.persistentvolume }} is lost",
  },
  {
    name: "VolumeFills",
    urgency: "ticket",
    expr:
      `max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes{${judged}} / ` +
      "kubelet_volume_stats_capacity_bytes) < 0.1",
    for: "15m",
    runbook: "volume-fills",
    summary:
      "{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} of its room left",
  },
  {
    name: "CertificateExpires",
    urgency: "ticket",
    // Renewal begins a third before the end, thirty days of ninety: at fourteen it has failed for two weeks.
    expr: `min by (namespace, name) (certmanager_certificate_expiration_timestamp_seconds{${judged}}) - time() < ${14 * DAY}`,
    for: "1h",
    runbook: "certificate-expires",
    summary: "certificate {{ $labels.namespace }}/{{ $labels.name }} ends in {{ $value | humanizeDuration }}",
  },
  {
    name: "GitopsDrifts",
    urgency: "ticket",
    ...drift[engine],
    for: "1h",
    runbook: "gitops-drifts",
  },
  {
    name: "SecretNotSynced",
    urgency: "ticket",
    expr: `max by (namespace, name) (externalsecret_status_condition{condition="Ready", status="False", ${judged}}) == 1`,
    for: "15m",
    runbook: "secret-not-synced",
    summary: "ExternalSecret {{ $labels.namespace }}/{{ $labels.name }} does not follow its source",
  },
  {
    name: "AlertsNotDelivered",
    urgency: "page",
    expr: "sum by (integration) (increase(alertmanager_notifications_failed_total[15m])) > 0",
    for: "5m",
    runbook: "alerts-not-delivered",
    summary: "Alertmanager cannot deliver by {{ $labels.integration }}",
  },
];

const vaultSealed: Alert = {
  name: "VaultSealed",
  urgency: "page",
  // A sealed one tells its state or nothing at all.
  expr: 'max by (pod) (vault_core_unsealed) == 0 or max by (pod) (up{job="vault-internal"}) == 0',
  for: "5m",
  runbook: "vault-sealed",
  summary: "member {{ $labels.pod }} of Vault is sealed, or does not answer",
};

/** A backup may be late by an hour; one whole interval more and it was missed (A15). */
function late(config: PlatformConfig): Alert[] {
  return schedulesOf(config).map(({ name }) => ({
    name: "BackupLate",
    urgency: "page" as const,
    expr: `time() - max by (schedule) (velero_backup_last_successful_timestamp{schedule="${name}"}) > ${name === "hourly" ? 2 * HOUR : DAY + HOUR}`,
    for: "5m",
    runbook: "backup-late",
    labels: { schedule: name },
    summary: "the last good backup of schedule {{ $labels.schedule }} is {{ $value | humanizeDuration }} old",
  }));
}

/**
 * Critical alerts that go on, those of charts among them, reach the next person (B6.3). They keep the labels of what they
 * escalate, so that they are grouped, silenced and resolved with it.
 */
function escalation(config: PlatformConfig): RuleGroup {
  const source = `ALERTS{alertstate="firing", severity="critical", escalation="", ${judged}}`;
  const rules = Object.entries(ESCALATION_MINUTES).map(([person, minutes]) =>
    weighed(
      {
        name: person === "manager" ? "EscalatedToManager" : "EscalatedToDirector",
        urgency: "page",
        expr: `max without (alertname, alertstate) (label_replace(${source}, "escalated", "$1", "alertname", "(.+)"))`,
        for: `${minutes}m`,
        runbook: "escalation",
        summary: `{{ $labels.escalated }} has gone on for ${minutes} minutes`,
        labels: { escalation: person },
      },
      config,
    ),
  );
  return { name: "slipway.escalation", interval: EVALUATION, rules };
}
