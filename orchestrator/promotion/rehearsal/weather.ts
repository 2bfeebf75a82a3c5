import type { Metrics } from "../watch/prometheus";
import { matcherOf, signals, trafficQuery, type SignalName } from "../watch/signals";
import { SlipwayError } from "../../errors";

/** What production's users and containers do at a moment; a good day unless said otherwise. */
export interface Weather {
  /** Requests in five minutes. */
  readonly requests: number;
  readonly values: Readonly<Record<SignalName, number>>;
}

export const fair: Weather = {
  requests: 6000,
  values: { "error ratio": 0.001, p99: 0.18, restarts: 0, saturation: 0.4 },
};

/** From so many minutes after the last deploy on it is like this. */
export interface Change {
  readonly minute: number;
  readonly weather: Partial<Omit<Weather, "values">> & { readonly values?: Partial<Weather["values"]> };
}

/** Played metrics: they answer the very expressions of a watch, and no other. */
export function weatherMetrics(namespaces: readonly string[], at: (time: Date) => Weather): Metrics {
  const matcher = matcherOf(namespaces);
  return {
    value(expression, time) {
      const { requests, values } = at(time);
      if (expression === trafficQuery(matcher)) return Promise.resolve(requests);
      const signal = signals.find(({ query }) => query(matcher) === expression);
      if (signal !== undefined) return Promise.resolve(values[signal.name]);
      throw new SlipwayError("metrics-unavailable", `nobody plays ${expression}`, "play it");
    },
  };
}
