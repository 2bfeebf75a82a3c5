import { SlipwayError } from "../errors";
import type { Environment } from "./environment";
import type { LedgerEvent } from "./event";
import { decideRollback } from "./gates";
import { headOf, overtaken, rollback, type PromotionOutcome, type PromotionWork } from "./promote";
import { standingOf, type Run } from "./standing";
import type { Metrics } from "./watch/prometheus";
import { watch } from "./watch/watch";
import { short } from "./words";

/** Where a watch looks, and how it waits. */
export interface Watcher {
  readonly metrics: Metrics;
  /** Resolves at that time or at once. @throws SlipwayError of kind `interrupted`. */
  waitUntil(time: Date): Promise<void>;
}

/** @throws SlipwayError `watch-blind` before anything is touched: a deploy that cannot be watched is not begun. */
export function requireWatcher({ rules, environment, watcher }: PromotionWork): void {
  if (rules.environments[environment].watch === undefined || watcher !== undefined) return;
  throw new SlipwayError(
    "watch-blind",
    `what enters ${environment} is watched for ${rules.environments[environment].watch.minutes} minutes, and there is no address of its metrics`,
    "name a Prometheus-compatible API with --prometheus, or with prometheus: in promotion/rules.yaml",
    "usage",
  );
}

/**
 * Watches what an environment runs until its watch is over, and goes back by itself when it breaks (D6.1). Kill it and run
 * it again: it looks again at what was seen and goes on. After an inconclusive watch another one begins now.
 *
 * @throws SlipwayError `nothing-to-watch` (refused).
 */
export async function watchEnvironment(work: PromotionWork): Promise<PromotionOutcome> {
  const { environment, rules, store, by, now, say } = work;
  requireWatcher(work);
  const { watcher } = work;
  const settings = rules.environments[environment].watch;
  const run = standingOf(await store.ledger.read()).environments[environment].run;
  if (run?.status !== "verified" || run.purpose === "rollback" || settings === undefined || watcher === undefined) {
    throw nothing(environment, run, settings === undefined);
  }
  const { release } = run;
  if (run.watched?.verdict === "good") return { release, status: "done", head: await headOf(store) };
  // It was killed between what it saw and the way back.
  if (run.watched?.verdict === "breach") return goBack(work, { ...BREACH, reason: `its watch ended in a breach` });
  const from = run.watched === undefined ? new Date(run.endedAt ?? "") : now();
  const until = new Date(from.getTime() + settings.minutes * 60_000);
  say(`${environment} is watched until ${until.toISOString()}`);
  const seen = await watch({ ...watcher, settings, before: new Date(run.startedAt), from, now, say });
  const { verdict, samples, summary, signals } = seen;
  const { hash } = await store.ledger.append(by, (entries): LedgerEvent => {
    const current = standingOf(entries).environments[environment].run;
    if (current?.sequence !== run.sequence || current.status !== "verified") throw overtaken(environment);
    if (current.watched !== undefined && current.watched.at !== run.watched?.at) throw overtaken(environment);
    return {
      kind: "watched",
      environment,
      run: run.sequence,
      verdict,
      from: seen.from.toISOString(),
      until: seen.until.toISOString(),
      samples,
      summary,
      signals: { ...signals },
    };
  });
  say(`watch of ${environment}: ${verdict} (${summary})`);
  if (verdict === "good") return { release, status: "verified", watch: summary, head: hash };
  if (verdict === "breach") return goBack(work, { ...BREACH, reason: summary });
  const failure = {
    reason: `the watch was inconclusive, which is not good: ${summary}`,
    fix: `watch it again when there is traffic (slipway watch ${environment}), or go back (slipway rollback ${environment})`,
    kind: "failure",
  } as const;
  return { release, status: "inconclusive", watch: summary, failure, head: hash };
}

const BREACH = {
  fix: "find out what broke; slipway release unhold lets it be promoted again",
  kind: "failure",
} as const;

/** The way back without a person, where the rules let it be; what is left to a person is said. */
export async function goBack(
  work: PromotionWork,
  failure: NonNullable<PromotionOutcome["failure"]>,
): Promise<PromotionOutcome> {
  const { environment, rules, store, say } = work;
  const standing = standingOf(await store.ledger.read());
  const left = standing.environments[environment].run?.release ?? "";
  const stays = async (why: string, fix = failure.fix): Promise<PromotionOutcome> => {
    say(why);
    return { release: left, status: "failed", failure: { ...failure, fix }, head: await headOf(store) };
  };
  if (rules.environments[environment].rollback === "manual") {
    const fix = `${environment} goes back when a person says so: slipway rollback ${environment}`;
    return stays(fix, fix);
  }
  const way = decideRollback(standing, environment);
  if (way.kind === "no") return stays(`${environment} cannot go back: ${way.why}`);
  say(`${environment} goes back to ${short(way.release)}: ${failure.reason}`);
  const back = await rollback(work);
  const status = back.status === "verified" ? "rolled back" : back.status;
  const reason = `${short(left)} was left: ${failure.reason}`;
  return {
    ...back,
    status,
    failure: status === "rolled back" ? { ...failure, reason } : (back.failure ?? failure),
  };
}

function nothing(environment: Environment, run: Run | undefined, unruled: boolean): SlipwayError {
  const why = unruled
    ? "promotion/rules.yaml asks for no watch there"
    : run === undefined
      ? "it never ran a release"
      : run.purpose === "rollback"
        ? "it was rolled back to what was watched before"
        : `its last run ${run.status === "failed" ? "failed" : "is not finished"}`;
  return new SlipwayError(
    "nothing-to-watch",
    `there is nothing to watch in ${environment}: ${why}`,
    `see slipway ledger show, or promote: slipway promote RELEASE --to ${environment}`,
    "refused",
  );
}
