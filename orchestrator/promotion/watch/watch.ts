import { SlipwayError } from "../../errors";
import type { WatchVerdict } from "../event";
import type { Metrics } from "./prometheus";
import { matcherOf, signals, TRAFFIC_FLOOR, trafficQuery, type Signal, type SignalName } from "./signals";
import type { WatchSettings } from "./settings";

/** Everything a look shows: a value per signal, undefined where it could not be judged. */
export interface Sample {
  readonly values: Readonly<Partial<Record<SignalName, number>>>;
  readonly traffic: boolean;
  /** Why nothing could be read. */
  readonly unavailable?: string;
}

export interface Watched {
  readonly verdict: WatchVerdict;
  readonly from: Date;
  /** When it ended: a breach ends it at once. */
  readonly until: Date;
  readonly samples: number;
  readonly summary: string;
  readonly signals: Readonly<Record<string, { readonly before: number | null; readonly worst: number | null }>>;
}

export interface WatchRequest {
  readonly settings: WatchSettings;
  readonly metrics: Metrics;
  /** Just before the deploy: what it is compared with. */
  readonly before: Date;
  /** The first moment of the watch. It may have passed: what a killed watch had seen is looked at again. */
  readonly from: Date;
  now(): Date;
  /** Resolves then. @throws SlipwayError of kind `interrupted` when nobody wants to wait any more. */
  waitUntil(time: Date): Promise<void>;
  /** One line per thing worth knowing. */
  say(text: string): void;
}

/** B6.5 alerts after 2 minutes: one bad look is a hiccup, two in a row are not. */
export const BAD_LOOKS = 2;
/** A signal that was blind for more than a fifth of the watch was not watched. */
export const JUDGED_SHARE = 0.8;

/**
 * Watches an environment after a deploy (D6.1): each look is compared with the value before the deploy. It is a function
 * of the metrics and two moments, so a watch that was killed gives the same answer when it is run again.
 */
export async function watch(request: WatchRequest): Promise<Watched> {
  const { settings, before, from, say } = request;
  const looks = Math.ceil((settings.minutes * 60) / settings.everySeconds);
  const baseline = await look(request, before);
  say(`before the deploy: ${told(baseline)}`);
  const samples: Sample[] = [];
  for (let index = 1; index <= looks; index++) {
    const at = new Date(from.getTime() + index * settings.everySeconds * 1000);
    await request.waitUntil(at);
    samples.push(await look(request, at));
    const found = breachOf(samples, baseline);
    if (found === undefined) continue;
    say(`${at.toISOString()}: ${found}`);
    return close(request, baseline, samples, at, "breach", found);
  }
  const until = new Date(from.getTime() + looks * settings.everySeconds * 1000);
  const blind = blindness(samples);
  const summary = blind ?? `${samples.length} looks, nothing worse than before the deploy`;
  return close(request, baseline, samples, until, blind === undefined ? "good" : "inconclusive", summary);
}

async function look({ metrics, settings }: WatchRequest, at: Date): Promise<Sample> {
  const matcher = matcherOf(settings.namespaces);
  try {
    const requests = await metrics.value(trafficQuery(matcher), at);
    const traffic = (requests ?? 0) >= TRAFFIC_FLOOR;
    const values: Partial<Record<SignalName, number>> = {};
    for (const { name, query, needsTraffic } of signals) {
      if (needsTraffic && !traffic) continue;
      const value = await metrics.value(query(matcher), at);
      if (value !== undefined) values[name] = value;
    }
    return { values, traffic };
  } catch (error) {
    if (error instanceof SlipwayError && error.code === "metrics-unavailable") {
      return { values: {}, traffic: false, unavailable: error.message };
    }
    throw error;
  }
}

/** What is too much, for as many looks in a row as count; undefined when nothing is. Pure. */
export function breachOf(samples: readonly Sample[], baseline: Sample): string | undefined {
  const last = samples.slice(-BAD_LOOKS);
  if (last.length < BAD_LOOKS) return undefined;
  const broken = signals.flatMap((signal) => {
    const limit = limitOf(signal, baseline);
    const values = last.map(({ values }) => values[signal.name]);
    if (!values.every((value) => value !== undefined && value > limit)) return [];
    const before = baseline.values[signal.name];
    const was = before === undefined ? "unknown" : signal.words(before);
    return [`${signal.name} ${signal.words(values.at(-1) ?? 0)}, at most ${signal.words(limit)} (before: ${was})`];
  });
  return broken.length === 0 ? undefined : broken.join("; ");
}

/** Above this a signal is broken. Pure. */
export function limitOf({ name, floor, factor }: Signal, baseline: Sample): number {
  return Math.max(floor, (baseline.values[name] ?? 0) * factor);
}

/** What was not seen often enough to be called good; undefined when everything was. Pure. */
export function blindness(samples: readonly Sample[]): string | undefined {
  const needed = Math.ceil(samples.length * JUDGED_SHARE);
  const unavailable = samples.filter((one) => one.unavailable !== undefined);
  const idle = samples.filter(({ traffic }) => !traffic).length - unavailable.length;
  const blind = signals.filter(
    ({ name }) => samples.filter(({ values }) => values[name] !== undefined).length < needed,
  );
  if (blind.length === 0) return undefined;
  const why = [
    ...(idle > 0 ? [`no traffic in ${idle} of ${samples.length} looks`] : []),
    ...(unavailable.length > 0
      ? [`no metrics in ${unavailable.length}: ${unavailable.at(-1)?.unavailable ?? ""}`]
      : []),
  ];
  return [`not seen often enough: ${blind.map(({ name }) => name).join(", ")}`, ...why].join("; ");
}

function close(
  { from }: WatchRequest,
  baseline: Sample,
  samples: readonly Sample[],
  until: Date,
  verdict: WatchVerdict,
  summary: string,
): Watched {
  const worst = ({ name }: Signal) => samples.flatMap(({ values }) => values[name] ?? []).reduce(largest, null);
  const figures = signals.map(
    (signal) =>
      [signal.name, { before: finite(baseline.values[signal.name] ?? null), worst: finite(worst(signal)) }] as const,
  );
  return { verdict, from, until, samples: samples.length, summary, signals: Object.fromEntries(figures) };
}

function largest(a: number | null, b: number): number {
  return a === null ? b : Math.max(a, b);
}

/** JSON has no infinity; a p99 beyond the last bucket is told as the largest number it has. */
function finite(value: number | null): number | null {
  return value === null || Number.isFinite(value) ? value : Number.MAX_SAFE_INTEGER;
}

function told({ values, traffic, unavailable }: Sample): string {
  if (unavailable !== undefined) return unavailable;
  const known = signals.flatMap(({ name, words }) => {
    const value = values[name];
    return value === undefined ? [] : [`${name} ${words(value)}`];
  });
  return [...(traffic ? [] : ["no traffic"]), ...known].join(", ");
}
