import { boardOf, type Panel } from "./board";
import type { WeeklyHours } from "./config";

/** The daily and the weekly list (H1.2), each item as a question with its answer; etcd is EKS's own (H1.3). */
export const maintenancePanels: readonly Panel[] = [
  {
    title: "Daily: hours since the last good backup",
    kind: "table",
    unit: "s",
    query: "time() - max by (schedule) (velero_backup_last_successful_timestamp)",
    description: "Older than its schedule: see the runbook backup-late. Weekly: look at the last restore drill, too.",
  },
  {
    title: "Daily: days until certificates end",
    kind: "table",
    unit: "d",
    query: "sort(min by (namespace, name) (certmanager_certificate_expiration_timestamp_seconds - time()) / 86400)",
    description: "Below 14 it was not renewed in time: see the runbook certificate-expires.",
  },
  {
    title: "Daily: nodes that are not ready",
    kind: "stat",
    unit: "short",
    query: 'sum(kube_node_status_condition{condition="Ready", status="true"} == bool 0)',
    description: "See the runbook node-failure.",
  },
  {
    // https://kubernetes.io/docs/reference/instrumentation/metrics/; what is let in without a word counts as allow.
    title: "Daily: what the rules refused, or would have, by rule",
    kind: "table",
    unit: "short",
    query:
      'sort_desc(sum by (policy, enforcement_action) (increase(apiserver_validating_admission_policy_check_total{policy=~"slipway-.+", enforcement_action!="allow"}[1d])) > 0)',
    description:
      "audit and warn: let in, and refused once the rule denies. Who sent it is in the audit log; slipway policy explain says what to do (E1.1).",
  },
  {
    title: "Weekly: nodes by kubelet version",
    kind: "table",
    unit: "short",
    query: "count by (kubelet_version) (kube_node_info)",
    description: "More than one outside an upgrade: a patch stands still. slipway upgrade says what is in the way.",
  },
  {
    title: "Weekly: budgets that let no healthy pod go",
    kind: "table",
    unit: "short",
    query:
      "kube_poddisruptionbudget_status_pod_disruptions_allowed == 0 and kube_poddisruptionbudget_status_current_healthy >= kube_poddisruptionbudget_status_expected_pods and kube_poddisruptionbudget_status_expected_pods > 0",
    description: "Every drain waits for these (A18.3).",
  },
  {
    title: "Weekly: pods that were killed for their memory",
    kind: "table",
    unit: "short",
    query: 'sum by (namespace, pod) (kube_pod_container_status_last_terminated_reason{reason="OOMKilled"}) > 0',
    description: "Right-size by the autoscaler's advice (H4.2).",
  },
];

/** The lists as a dashboard, with the windows in which something may be changed (H1.4). Pure. */
export function maintenanceDashboard(windows: readonly WeeklyHours[]): object {
  const board = boardOf("slipway-maintenance", "Maintenance", maintenancePanels) as { panels: object[] };
  const rows = Math.ceil(maintenancePanels.length / 2);
  const notes = {
    id: maintenancePanels.length + 1,
    type: "text",
    title: "Maintenance windows",
    gridPos: { x: 0, y: rows * 8, w: 24, h: 4 },
    options: {
      mode: "markdown",
      content: toldWindows(windows)
        .map((line) => `- ${line}`)
        .join("\n"),
    },
  };
  return { ...board, panels: [...board.panels, notes] };
}

/** `monday, tuesday 09:00 to 16:00 (Europe/Berlin)`. */
export function toldWindows(windows: readonly WeeklyHours[]): string[] {
  if (windows.length === 0) return ["at any time"];
  return windows.map(({ days, start, end, timeZone }) => `${days.join(", ")} ${start} to ${end} (${timeZone})`);
}
