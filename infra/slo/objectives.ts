/**
 * Service level objectives (A19.1). A service is what a route of the gateway leads to: its traffic, errors and latency
 * are measured where users meet it, at Envoy, and need nothing of the application (H3.1).
 */
export interface Objective {
  readonly name: "availability" | "latency";
  /** What a user gets, in words. */
  readonly promise: string;
  /** Share of requests that have to be good. */
  readonly target: number;
  /** Requests that spend the budget over a window, by service, per second. */
  readonly bad: (window: string) => string;
  /** All requests over a window, by service, per second. */
  readonly all: (window: string) => string;
}

/** A bucket's bound: Prometheus 3 writes a whole one with a point (https://prometheus.io/docs/prometheus/latest/migration/). */
const within = (ms: number): string => `le=~"${ms}([.]0)?"`;

/** Longest a request may take, milliseconds: the canary's own limit (D5.2), and a bucket of Envoy's histograms. */
export const LATENCY_MS = 500;

/** Days over which a budget is spent: the window that the factors below are made for. */
export const WINDOW_DAYS = 30;

const perService = (inner: string): string => `sum by (namespace, service) (${inner})`;
const answers = (window: string): string => perService(`rate(envoy_cluster_upstream_rq_xx[${window}])`);

/**
 * The targets are ours, no requirement states them; the same everywhere, so that staging proves what production runs
 * (B8.3). Above the 99 % at which a canary is taken back (D5.2): a release that passes there may still spend budget.
 */
export const objectives: readonly Objective[] = [
  {
    name: "availability",
    promise: "999 of 1000 requests are answered without a server error",
    target: 0.999,
    bad: (window) => perService(`rate(envoy_cluster_upstream_rq_xx{envoy_response_code_class="5"}[${window}])`),
    all: answers,
  },
  {
    name: "latency",
    promise: `99 of 100 requests are answered within ${LATENCY_MS} ms`,
    target: 0.99,
    bad: (window) =>
      `${perService(`rate(envoy_cluster_upstream_rq_time_count[${window}])`)} - ` +
      perService(`rate(envoy_cluster_upstream_rq_time_bucket{${within(LATENCY_MS)}}[${window}])`),
    all: (window) => perService(`rate(envoy_cluster_upstream_rq_time_count[${window}])`),
  },
];

/** Share of requests that may be bad: 0.001 for a target of 99.9 %. */
export const errorBudget = ({ target }: Objective): number => Number((1 - target).toFixed(6));

/** One pair of windows: both have to burn, the long one for significance, the short one to stop when it is over. */
export interface BurnRate {
  readonly long: string;
  readonly short: string;
  /** How many times as fast as the budget lasts exactly to the end of its window. */
  readonly factor: number;
  /** Part of the whole budget that is gone when it fires. */
  readonly spent: number;
  readonly urgency: "page" | "ticket";
}

/**
 * Multi-window, multi-burn-rate alerts: table 5-8 of the Google SRE Workbook, chapter 5
 * (https://sre.google/workbook/alerting-on-slos/), for a window of 30 days.
 */
export const burnRates: readonly BurnRate[] = [
  { long: "1h", short: "5m", factor: 14.4, spent: 0.02, urgency: "page" },
  { long: "6h", short: "30m", factor: 6, spent: 0.05, urgency: "page" },
  { long: "3d", short: "6h", factor: 1, spent: 0.1, urgency: "ticket" },
];

/** Windows over which shares are recorded: what the pairs above look at. */
export const windows: readonly string[] = ["5m", "30m", "1h", "6h", "3d"];
