import { errorBudget, objectives, WINDOW_DAYS, windows, type Objective } from "./objectives";
import type { RecordingRule, RuleGroup } from "./rule";
import { EVALUATION } from "./severity";

/** Series that alerts, dashboards and the long-term store read; a name of their own keeps queries short and cheap. */
export const series = {
  /** Share of bad requests over a window: `service:slo_errors:ratio_rate5m{slo="availability"}`. */
  errors: (window: string) => `service:slo_errors:ratio_rate${window}`,
  /** Requests a second over five minutes. */
  traffic: "service:slo_requests:rate5m",
  /** Requests a second over a day: what a service is used to. */
  usual: "service:slo_requests:rate1d",
  /** Part of the error budget that is left; below zero it is overdrawn. */
  left: "service:slo_budget:left_ratio",
  /** Share of bad requests that the objective allows. */
  allowed: "slo:budget:ratio",
  /** 1 for a service that is measured and has no traffic: neither good nor bad (B6.6). */
  silent: "service:slo_no_traffic:bool",
} as const;

/** Days the budget is told over: its own window, or what Prometheus keeps by itself where that is less. */
export const budgetDays = (retentionDays: number): number => Math.min(WINDOW_DAYS, retentionDays);

/** Recording rules of the objectives (A19.1). Without requests a share is 0 / 0, which is no number and no alert. */
export function indicatorRules(retentionDays: number): RuleGroup[] {
  const [availability] = objectives;
  if (availability === undefined) throw new Error("there is no objective to take the traffic from");
  return [
    {
      name: "slipway.slo.indicators",
      interval: EVALUATION,
      rules: [
        { record: series.traffic, expr: availability.all("5m") },
        { record: series.usual, expr: availability.all("1d") },
        // With `bool` it is 0 or 1, so that a dashboard can show both.
        { record: series.silent, expr: `${series.traffic} == bool 0` },
        ...objectives.flatMap((objective) => windows.map((window) => share(objective, window))),
      ],
    },
    {
      name: "slipway.slo.budgets",
      // Sums over weeks change slowly and cost the most.
      interval: "5m",
      rules: objectives.flatMap((objective) => budget(objective, budgetDays(retentionDays))),
    },
  ];
}

function share(objective: Objective, window: string): RecordingRule {
  return {
    record: series.errors(window),
    expr: ratio(objective, window),
    labels: { slo: objective.name },
  };
}

/** Envoy has no series of an answer it never gave: no bad request is 0, not unknown. */
function ratio({ bad, all }: Objective, window: string): string {
  return `((${bad(window)}) or 0 * (${all(window)})) / (${all(window)})`;
}

function budget(objective: Objective, days: number): RecordingRule[] {
  const labels = { slo: objective.name };
  const allowed = errorBudget(objective);
  const spent = ratio(objective, `${days}d`);
  return [
    { record: series.allowed, expr: `vector(${allowed})`, labels },
    { record: series.left, expr: `1 - ((${spent}) / ${allowed})`, labels: { ...labels, window: `${days}d` } },
  ];
}
