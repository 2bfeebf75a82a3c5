import type { Entry } from "./entry";
import { environments, type Environment } from "./environment";

/** What is aimed at (D7.3): deploys in the window, and for all environments together hours and shares. */
export const targets = {
  /** 10 a day in dev, 5 a week in staging, one a day in production. */
  deploysPerDay: { dev: 10, staging: 5 / 7, production: 1 } satisfies Record<Environment, number>,
  leadHours: 1,
  failureShare: 0.05,
  recoveryHours: 0.25,
} as const;

/** Figures are of the last 30 days: a week is too short for a team that deploys daily. */
export const WINDOW_DAYS = 30;

export interface EnvironmentFigures {
  readonly deploys: number;
  readonly perDay: number;
  /** Verified promotions that failed, broke under watch or were rolled back later, as a share; undefined without any. */
  readonly failureShare?: number;
  /** From the failure to the next verified run, median hours. */
  readonly recoveryHours?: number;
}
export interface Figures {
  readonly days: number;
  readonly environments: Readonly<Record<Environment, EnvironmentFigures>>;
  /** From the release to production, median hours; with and without what people and soaks took (D7.3). */
  readonly leadHours?: number;
  readonly workHours?: number;
}

const HOUR = 3_600_000;

/** The four figures of DORA from what the ledger says, for the days before `now`. Pure. */
export function figuresOf(entries: readonly Entry[], now: Date): Figures {
  const since = now.getTime() - WINDOW_DAYS * 24 * HOUR;
  const first = Date.parse(entries[0]?.at ?? now.toISOString());
  // A ledger of three days is not judged by thirty.
  const days = Math.max(1, Math.min(WINDOW_DAYS, (now.getTime() - first) / (24 * HOUR)));
  const each = environments.map((environment) => [
    environment,
    ofEnvironment(runsOf(entries, environment), since, days),
  ]);
  const leads = leadTimes(entries, since);
  return {
    days,
    environments: Object.fromEntries(each) as Figures["environments"],
    ...optional("leadHours", median(leads.map(({ all }) => all))),
    ...optional("workHours", median(leads.map(({ work }) => work))),
  };
}

interface RunFacts {
  readonly environment: Environment;
  readonly release: string;
  readonly purpose: "promotion" | "rollback";
  readonly startedAt: number;
  verifiedAt?: number;
  /** When it was known to be bad. */
  brokenAt?: number;
}

/** Every run of an environment, in order, with what became of it. */
function runsOf(entries: readonly Entry[], environment: Environment): RunFacts[] {
  const runs = new Map<number, RunFacts>();
  let last: RunFacts | undefined;
  for (const { sequence, at, event } of entries) {
    if (!("environment" in event) || event.environment !== environment) continue;
    const time = Date.parse(at);
    if (event.kind === "started") {
      const { release, purpose } = event;
      // Whoever goes back says that what was there was bad, whatever was known of it.
      if (purpose === "rollback" && last !== undefined) last.brokenAt ??= time;
      last = { environment, release, purpose, startedAt: time };
      runs.set(sequence, last);
      continue;
    }
    const run = "run" in event ? runs.get(event.run) : undefined;
    if (run === undefined) continue;
    if (event.kind === "verified") run.verifiedAt = time;
    if (event.kind === "failed" || (event.kind === "watched" && event.verdict === "breach")) run.brokenAt = time;
  }
  return [...runs.values()];
}

function ofEnvironment(runs: readonly RunFacts[], since: number, days: number): EnvironmentFigures {
  const promotions = runs.filter(({ purpose, startedAt }) => purpose === "promotion" && startedAt >= since);
  const deployed = promotions.filter(({ verifiedAt }) => verifiedAt !== undefined);
  const ended = promotions.filter(({ verifiedAt, brokenAt }) => verifiedAt !== undefined || brokenAt !== undefined);
  const broken = ended.filter(({ brokenAt }) => brokenAt !== undefined);
  const recoveries = broken.flatMap(({ brokenAt = 0 }) => {
    const next = runs.find(
      ({ verifiedAt = -Infinity }) => verifiedAt > brokenAt || (verifiedAt === brokenAt && brokenAt > 0),
    );
    return next?.verifiedAt === undefined ? [] : [(next.verifiedAt - brokenAt) / HOUR];
  });
  return {
    deploys: deployed.length,
    perDay: deployed.length / days,
    ...(ended.length > 0 && { failureShare: broken.length / ended.length }),
    ...optional("recoveryHours", median(recoveries)),
  };
}

/** From a release to its first verified run in production, and how much of it runs took. */
function leadTimes(entries: readonly Entry[], since: number): { readonly all: number; readonly work: number }[] {
  const made = new Map<string, number>();
  for (const { at, event } of entries) {
    if (event.kind === "released" && !made.has(event.release)) made.set(event.release, Date.parse(at));
  }
  const all = environments.flatMap((environment) => runsOf(entries, environment));
  const reached = new Map<string, number>();
  for (const { environment, release, purpose, verifiedAt } of all) {
    if (environment !== "production" || purpose === "rollback" || verifiedAt === undefined) continue;
    if (!reached.has(release)) reached.set(release, verifiedAt);
  }
  return [...reached].flatMap(([release, end]) => {
    const start = made.get(release);
    if (start === undefined || end < since) return [];
    const work = all
      .filter((run) => run.release === release && run.purpose === "promotion" && (run.verifiedAt ?? Infinity) <= end)
      .reduce((sum, { startedAt, verifiedAt = startedAt }) => sum + (verifiedAt - startedAt), 0);
    return [{ all: (end - start) / HOUR, work: work / HOUR }];
  });
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

function optional<Key extends string>(key: Key, value: number | undefined): Partial<Record<Key, number>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, number>);
}

/** The figures against what is aimed at, one line each. Pure. */
export function inLines({ days, environments: each, leadHours, workHours }: Figures): string[] {
  const mark = (good: boolean) => (good ? "as aimed at" : "not as aimed at");
  return [
    `the last ${Math.round(days)} ${Math.round(days) === 1 ? "day" : "days"}:`,
    ...environments.map((environment) => {
      const { deploys, perDay, failureShare, recoveryHours } = each[environment];
      const aim = targets.deploysPerDay[environment];
      const parts = [
        `${deploys} deploys, ${perDay.toFixed(1)} a day (aim ${aim.toFixed(1)}: ${mark(perDay >= aim)})`,
        ...(failureShare === undefined
          ? []
          : [
              `${(failureShare * 100).toFixed(0)} % failed (aim below 5 %: ${mark(failureShare < targets.failureShare)})`,
            ]),
        ...(recoveryHours === undefined
          ? []
          : [
              `recovered in ${spanOf(recoveryHours)} (aim below 15 min: ${mark(recoveryHours < targets.recoveryHours)})`,
            ]),
      ];
      return `  ${environment.padEnd(10)} ${parts.join(", ")}`;
    }),
    ...(leadHours === undefined || workHours === undefined
      ? []
      : [
          `  lead time ${spanOf(leadHours)}, of which ${spanOf(workHours)} without waiting at gates (aim below 1 h: ${mark(workHours < targets.leadHours)})`,
        ]),
  ];
}

function spanOf(hours: number): string {
  if (hours < 1) return `${Math.round(hours * 60)} min`;
  return hours < 48 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} days`;
}
