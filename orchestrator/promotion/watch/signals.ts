/**
 * What is watched, and what is too much. A value is a breach when it is above `floor` and above `factor` times what it was
 * before the deploy: a service that always ran hot is not rolled back for it, and one that was idle not for its first
 * error.
 */
export interface Signal {
  readonly name: SignalName;
  readonly title: string;
  /** PromQL of one number; `matcher` selects the namespaces. */
  query(matcher: string): string;
  readonly floor: number;
  readonly factor: number;
  /** Without requests it says nothing. */
  readonly needsTraffic: boolean;
  /** How a person reads a value. */
  words(value: number): string;
}
export type SignalName = "error ratio" | "p99" | "restarts" | "saturation";

/** B6.5 evaluates the share of errors over 5 minutes; shorter ones are noise at few requests a second. */
const WINDOW = "5m";
/** B6.5: restarts are counted over 15 minutes. */
const RESTART_WINDOW = "15m";

/** Fewer requests than these in the window are no traffic: one error in a hundred is the 1 % that D5.2 allows. */
export const TRAFFIC_FLOOR = 100;

/** Requests in the window: whether there is anything to judge. */
export function trafficQuery(matcher: string): string {
  return `sum(increase(http_requests_total{${matcher}}[${WINDOW}]))`;
}

export const signals: readonly Signal[] = [
  {
    name: "error ratio",
    title: "share of requests answered with 5xx",
    query: (matcher) =>
      `(sum(rate(http_requests_total{${matcher},status=~"5.."}[${WINDOW}])) or vector(0)) / sum(rate(http_requests_total{${matcher}}[${WINDOW}]))`,
    // D5.2: at least 99 % succeed. Twice as many errors as before is another program, not chance.
    floor: 0.01,
    factor: 2,
    needsTraffic: true,
    words: (value) => `${(value * 100).toFixed(2)} %`,
  },
  {
    name: "p99",
    title: "99th percentile of the time a request takes, in seconds",
    query: (matcher) =>
      `histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{${matcher}}[${WINDOW}])))`,
    // D5.2: at most 500 ms, which D5.3 reads as p99.
    floor: 0.5,
    factor: 1.5,
    needsTraffic: true,
    words: (value) => `${Math.round(value * 1000)} ms`,
  },
  {
    name: "restarts",
    title: "restarts of containers in 15 minutes",
    query: (matcher) => `sum(increase(kube_pod_container_status_restarts_total{${matcher}}[${RESTART_WINDOW}]))`,
    // B6.5: over 3 restarts in 15 minutes.
    floor: 3,
    factor: 2,
    needsTraffic: false,
    words: (value) => `${Math.round(value)} in 15 min`,
  },
  {
    name: "saturation",
    title: "the fullest container's share of its CPU or memory limit",
    query: (matcher) =>
      `max(max by (namespace, pod, container) (rate(container_cpu_usage_seconds_total{${matcher},container!=""}[${WINDOW}])) / on (namespace, pod, container) max by (namespace, pod, container) (kube_pod_container_resource_limits{${matcher},resource="cpu"}) or max by (namespace, pod, container) (container_memory_working_set_bytes{${matcher},container!=""}) / on (namespace, pod, container) max by (namespace, pod, container) (kube_pod_container_resource_limits{${matcher},resource="memory"}))`,
    // A container at 90 % of its limit is about to be throttled or killed; what ran that full before is no news.
    floor: 0.9,
    factor: 1.25,
    needsTraffic: false,
    words: (value) => `${Math.round(value * 100)} % of the limit`,
  },
];

/** The label matcher of these namespaces, which are checked to be plain names. */
export function matcherOf(namespaces: readonly string[]): string {
  return namespaces.length === 1 ? `namespace="${namespaces[0]}"` : `namespace=~"${namespaces.join("|")}"`;
}
