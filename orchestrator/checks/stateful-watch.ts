import type { KubernetesObject } from "@kubernetes/client-node";
import type { ClusterView } from "./cluster-view";
import type { Offence, Seen } from "./finding";

const API = "monitoring.coreos.com/v1";

/** What has to be watched of each kind of data system, and a metric by which a rule is known to do it (A11.4, A11.8). */
const WATCHED = {
  Kafka: {
    heap: /\bjvm_memory_used_bytes\b/,
    "garbage collection": /\bjvm_gc_collection_seconds_sum\b/,
    "volume latency": /\bnode_disk_write_time_seconds_total\b/,
  },
  Cluster: {
    connections: /\bcnpg_backends_total\b/,
    "room on the volume": /\bkubelet_volume_stats_available_bytes\b/,
    "volume latency": /\bnode_disk_write_time_seconds_total\b/,
  },
} as const;

interface Monitor extends KubernetesObject {
  spec?: { selector?: { matchLabels?: Record<string, string> } };
}
interface Rules extends KubernetesObject {
  spec?: { groups?: { rules?: { alert?: string; expr?: string }[] }[] };
}
export interface WatchedSystem {
  readonly kind: keyof typeof WATCHED;
  readonly namespace: string;
  readonly name: string;
  /** The PrometheusRule that is to watch it. */
  readonly rules: string;
}

/** Systems that nothing is scraped of, and what no alert would tell of the others. */
export async function unwatched(view: ClusterView, systems: readonly WatchedSystem[]): Promise<Seen> {
  const wrong: Offence[] = [];
  let looked = 0;
  for (const { kind, namespace, name, rules } of systems) {
    const [monitors, rule] = await Promise.all([
      view.list<Monitor>(API, "PodMonitor", namespace),
      view.get<Rules>(API, "PrometheusRule", rules, namespace),
    ]);
    const scraped = monitors.some(({ spec }) => Object.values(spec?.selector?.matchLabels ?? {}).includes(name));
    if (!scraped) wrong.push({ subject: `${namespace}/${name}`, reason: "no PodMonitor scrapes it" });
    const alerts = (rule?.spec?.groups ?? [])
      .flatMap((group) => group.rules ?? [])
      .filter(({ alert }) => alert !== undefined);
    for (const [what, metric] of Object.entries(WATCHED[kind])) {
      looked++;
      if (!alerts.some(({ expr = "" }) => metric.test(expr)))
        wrong.push({ subject: `${namespace}/${name}`, reason: `no alert on ${what}` });
    }
  }
  return {
    looked,
    wrong,
    detail: systems.map(({ name, kind }) => `${name}: ${Object.keys(WATCHED[kind]).join(", ")}`).join("; "),
  };
}
