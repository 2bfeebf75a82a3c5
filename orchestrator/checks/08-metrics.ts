import type {
  KubernetesObject,
  V1DaemonSet,
  V1Deployment,
  V1Node,
  V1PersistentVolumeClaim,
  V1PodDisruptionBudget,
} from "@kubernetes/client-node";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { nameOf, viewCluster, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, outside, type Offence } from "./finding";

const API = "monitoring.coreos.com/v1";
/** Two Prometheus, three Alertmanager (A8.1). */
const REPLICAS = { Prometheus: 2, Alertmanager: 3 } as const;
/** Volumes are made and attached, images pulled, and a scrape comes round every 30 s. */
const SETTLE_SECONDS = 600;
/**
 * A8.3 leaves the limits to us. A metric with this many rows, or a label with this many values, takes about a tenth of
 * the memory that the smallest Prometheus of the platform has (3 KiB a row).
 */
const LIMIT = { rows: 50_000, values: 10_000 };

interface Server extends KubernetesObject {
  spec?: {
    replicas?: number;
    retention?: string;
    storage?: { volumeClaimTemplate?: object };
    remoteWrite?: { url?: string }[];
  };
  status?: { availableReplicas?: number };
}
interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: string;
  readonly lastError: string;
  readonly scrapeUrl: string;
}
interface Statistics {
  readonly seriesCountByMetricName: readonly { name: string; value: number }[];
  readonly labelValueCountByLabelName: readonly { name: string; value: number }[];
}

/** Phase 08: what measures runs, keeps its data, reaches all it should and knows pods and nodes. */
export const metricsCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    return Promise.all([
      serversRun(context, view),
      outside(context, volumesBound(context, view)),
      agentsRun(context, view),
      outside(context, queriesAnswer(context)),
      outside(context, targetsUp(context)),
      outside(context, rowsBounded(context)),
      outside(context, keptLongEnough(context, view)),
    ]);
  },

  async diagnose(context) {
    const view = await viewCluster(context.clients.kubernetes);
    return [
      ...(await withoutVolume(context, view)),
      ...(await walledOff(context)),
      ...(await noisy(context)),
      ...(await tooShort(context, view)),
    ];
  },
};

function serversRun({ outputs, config, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  const title = "Prometheus, Alertmanager and Grafana run, where availability counts in numbers and with budgets";
  return examine({ requirement: "A8.1", title }, async () => {
    const { namespace, prometheus, alertmanager, grafana } = outputs.metrics;
    const settled = await waitUntil({
      reason: "Prometheus, Alertmanager and Grafana",
      deadlineSeconds: SETTLE_SECONDS,
      attempt: async () => {
        const budgets = await view.list<V1PodDisruptionBudget>("policy/v1", "PodDisruptionBudget", namespace);
        const wrong: Offence[] = [];
        for (const [kind, name] of [
          ["Prometheus", prometheus.name],
          ["Alertmanager", alertmanager],
        ] as const) {
          const server = await view.get<Server>(API, kind, name, namespace);
          const needed = config.highAvailability ? REPLICAS[kind] : 1;
          const available = server?.status?.availableReplicas ?? 0;
          if (available < needed) wrong.push({ subject: name, reason: `${available} available, ${needed} needed` });
          const guarded = budgets.some(({ metadata }) => metadata?.name === name);
          if (config.highAvailability && !guarded) wrong.push({ subject: name, reason: "has no PodDisruptionBudget" });
        }
        const board = await view.get<V1Deployment>("apps/v1", "Deployment", grafana.name, namespace);
        if ((board?.status?.availableReplicas ?? 0) < 1)
          wrong.push({ subject: grafana.name, reason: "is not available" });
        return { done: wrong.length === 0, value: wrong };
      },
    });
    return { looked: 3, wrong: settled.value, detail: `${prometheus.name}, ${alertmanager}, ${grafana.name}` };
  });
}

function volumesBound({ outputs, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A8.1", title: "everything that keeps data has a volume" }, async () => {
    const { namespace, prometheus, alertmanager } = outputs.metrics;
    const settled = await waitUntil({
      reason: "volumes",
      deadlineSeconds: SETTLE_SECONDS,
      attempt: async () => {
        const wrong = await lostAtRestart(view, namespace, prometheus.name, alertmanager);
        const claims = await view.list<V1PersistentVolumeClaim>("v1", "PersistentVolumeClaim", namespace);
        wrong.push(
          ...each(claims, nameOf, ({ status }) =>
            status?.phase === "Bound" ? undefined : `is ${status?.phase ?? "without a phase"}`,
          ),
        );
        const detail = claims.map(
          (claim) => `${claim.metadata?.name ?? ""} ${claim.spec?.resources?.requests?.["storage"] ?? ""}`,
        );
        return { done: wrong.length === 0 && claims.length > 0, value: { wrong, detail } };
      },
    });
    const { wrong, detail } = settled.value;
    return { looked: detail.length, wrong, detail: detail.join(", ") };
  });
}

async function lostAtRestart(
  view: ClusterView,
  namespace: string,
  prometheus: string,
  alertmanager: string,
): Promise<Offence[]> {
  const servers = [
    await view.get<Server>(API, "Prometheus", prometheus, namespace),
    await view.get<Server>(API, "Alertmanager", alertmanager, namespace),
  ].filter((server) => server !== undefined);
  return each(servers, nameOf, ({ spec }) =>
    spec?.storage?.volumeClaimTemplate === undefined ? "keeps its data in an emptyDir" : undefined,
  );
}

function agentsRun({ outputs, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A8.1", title: "every node is measured" }, async () => {
    const [namespace = "", name = ""] = outputs.metrics.nodeExporter.split("/");
    const settled = await waitUntil({
      reason: "an exporter on each node",
      deadlineSeconds: SETTLE_SECONDS,
      attempt: async () => {
        const set = await view.get<V1DaemonSet>("apps/v1", "DaemonSet", name, namespace);
        const nodes = (await view.list<V1Node>("v1", "Node")).length;
        const ready = set?.status?.numberReady ?? 0;
        return { done: nodes > 0 && ready >= nodes, value: { ready, nodes } };
      },
    });
    const { ready, nodes } = settled.value;
    const detail = `${ready} of ${nodes} nodes`;
    return { looked: nodes, wrong: settled.done ? [] : [{ subject: name, reason: detail }], detail };
  });
}

async function ask<T>({ outputs, clients }: CheckContext, path: string): Promise<T> {
  const { namespace, prometheus } = outputs.metrics;
  const { service, port } = prometheus;
  const { status, body } = await clients.services.get({ namespace, service, port, path });
  if (status !== 200) throw new Error(`${service}:${port}${path} answered ${status}: ${body.slice(0, 200)}`);
  return (JSON.parse(body) as { data: T }).data;
}

function queriesAnswer(context: CheckContext): Promise<Finding> {
  const title = "queries for `up` and `kube_pod_info` return series";
  return examine({ requirement: "A8.2", title }, async () => {
    const settled = await context.waitUntil({
      reason: "series of up and kube_pod_info",
      deadlineSeconds: SETTLE_SECONDS,
      attempt: async () => {
        const counts = await Promise.all(
          ["up", "kube_pod_info"].map(async (metric) => {
            const { result } = await ask<{ result: unknown[] }>(context, `/api/v1/query?query=${metric}`);
            return { metric, count: result.length };
          }),
        );
        return { done: counts.every(({ count }) => count > 0), value: counts };
      },
    });
    const wrong = each(
      settled.value,
      ({ metric }) => metric,
      ({ count }) => (count === 0 ? "returns no series" : undefined),
    );
    const detail = settled.value.map(({ metric, count }) => `${metric} ${count}`).join(", ");
    return { looked: settled.value.length, wrong, detail };
  });
}

const targetsOf = async (context: CheckContext) =>
  (await ask<{ activeTargets: Target[] }>(context, "/api/v1/targets?state=active")).activeTargets;
const nameOfTarget = ({ labels }: Target) => [labels["namespace"], labels["pod"] ?? labels["job"]].join("/");

function targetsUp(context: CheckContext): Promise<Finding> {
  return examine({ requirement: "A8.2", title: "no target is down" }, async () => {
    const settled = await context.waitUntil({
      reason: "every target to be up",
      deadlineSeconds: SETTLE_SECONDS,
      attempt: async () => {
        const targets = await targetsOf(context);
        const wrong = each(targets, nameOfTarget, ({ health, lastError }) =>
          health === "up" ? undefined : lastError === "" ? health : lastError,
        );
        return { done: targets.length > 0 && wrong.length === 0, value: { wrong, looked: targets.length } };
      },
    });
    return { ...settled.value, detail: `${settled.value.looked} targets up` };
  });
}

const statisticsOf = (context: CheckContext) => ask<Statistics>(context, "/api/v1/status/tsdb?limit=20");
function overLimit({ seriesCountByMetricName, labelValueCountByLabelName }: Statistics): Offence[] {
  return [
    ...each(
      seriesCountByMetricName,
      ({ name }) => name,
      ({ value }) => (value > LIMIT.rows ? `${value} rows, ${LIMIT.rows} at most` : undefined),
    ),
    ...each(
      labelValueCountByLabelName,
      ({ name }) => `label ${name}`,
      ({ value }) => (value > LIMIT.values ? `${value} values, ${LIMIT.values} at most` : undefined),
    ),
  ];
}

function rowsBounded(context: CheckContext): Promise<Finding> {
  return examine(
    { requirement: "A8.3", title: "no metric or label has more rows than memory is meant for" },
    async () => {
      const statistics = await statisticsOf(context);
      const [most] = [...statistics.seriesCountByMetricName].sort((a, b) => b.value - a.value);
      return {
        looked: statistics.seriesCountByMetricName.length,
        wrong: overLimit(statistics),
        detail: `most: ${most?.name ?? "none"} with ${most?.value ?? 0} rows`,
      };
    },
  );
}

const prometheusOf = ({ outputs }: CheckContext, view: ClusterView) =>
  view.get<Server>(API, "Prometheus", outputs.metrics.prometheus.name, outputs.metrics.namespace);

/** Days of Prometheus's own durations: `15d`, `2w`, `36h`. */
function daysOf(duration: string): number {
  const units: Readonly<Record<string, number>> = { y: 365, w: 7, d: 1, h: 1 / 24, m: 1 / 1440 };
  return [...duration.matchAll(/(\d+)(y|w|d|h|ms|m|s)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0),
    0,
  );
}

function keptLongEnough(context: CheckContext, view: ClusterView): Promise<Finding> {
  const { retentionDays, longTermStore } = context.outputs.metrics;
  const title = `metrics are kept ${retentionDays} days${longTermStore === "" ? "" : ", and what is looked at for longer in a store of its own"}`;
  return examine({ requirement: "A8.4", title }, async () => {
    const server = await prometheusOf(context, view);
    const days = daysOf(server?.spec?.retention ?? "");
    const writes = server?.spec?.remoteWrite ?? [];
    const wrong: Offence[] = [];
    const subject = context.outputs.metrics.prometheus.name;
    if (days < retentionDays) wrong.push({ subject, reason: `keeps ${server?.spec?.retention ?? "nothing"}` });
    if (longTermStore !== "" && !writes.some(({ url }) => url?.includes(longTermStore) === true))
      wrong.push({ subject, reason: `does not write to ${longTermStore}` });
    const away = writes.length === 0 ? "" : `, written on to ${writes.map(({ url }) => url).join(", ")}`;
    return { looked: 1, wrong, detail: `${days} days${away}` };
  });
}

/** A8.1: the default of the chart. */
async function withoutVolume({ outputs }: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const { namespace, prometheus, alertmanager } = outputs.metrics;
  const lost = await lostAtRestart(view, namespace, prometheus.name, alertmanager);
  const claims = await view.list<V1PersistentVolumeClaim>("v1", "PersistentVolumeClaim", namespace);
  const pending = claims.filter((claim) => claim.status?.phase === "Pending");
  return [
    ...diagnosis(
      "A8.1",
      "a restart loses what was measured: there is no volume",
      "set storageSpec (Prometheus) and storage (Alertmanager) with a volumeClaimTemplate of class gp3",
      lost.map(({ subject }) => subject),
    ),
    ...diagnosis(
      "A8.1",
      "claims wait for a volume",
      "look at the EBS CSI controller (kube-system/ebs-csi-controller), its role, and whether the class gp3 exists",
      pending.map(nameOf),
    ),
  ];
}

/** A8.2: a target that nobody answers for is usually behind a policy. */
async function walledOff(context: CheckContext): Promise<Diagnosis[]> {
  const targets = await targetsOf(context).catch(() => []);
  const silent = targets.filter(
    ({ health, lastError }) => health === "down" && /deadline exceeded|timeout|no route/i.test(lastError),
  );
  return diagnosis(
    "A8.2",
    "these targets do not answer: no NetworkPolicy lets Prometheus in, or none lets it out",
    "allow ingress from namespace monitoring on the metrics port (every platform namespace has allow-metrics)",
    silent.map(nameOfTarget),
  );
}

/** A8.3: cardinality. */
async function noisy(context: CheckContext): Promise<Diagnosis[]> {
  const statistics = await statisticsOf(context).catch(() => undefined);
  return diagnosis(
    "A8.3",
    "these have a row for nearly everything: memory and queries pay for it",
    "drop the noisy label or metric by metricRelabelings (action labeldrop or drop) on its ServiceMonitor",
    statistics === undefined ? [] : overLimit(statistics).map(({ subject }) => subject),
  );
}

/** A8.4: short memory. */
async function tooShort(context: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const server = await prometheusOf(context, view);
  const { retentionDays } = context.outputs.metrics;
  const short = server !== undefined && daysOf(server.spec?.retention ?? "") < retentionDays;
  const alone = (server?.spec?.remoteWrite ?? []).length === 0;
  return diagnosis(
    "A8.4",
    `metrics go before the ${retentionDays} days they are wanted for, and nothing keeps them elsewhere`,
    "raise monitoring.metrics.retentionDays with diskGib, or set monitoring.metrics.longTerm: true for remote write",
    short && alone ? [nameOf(server)] : [],
  );
}
