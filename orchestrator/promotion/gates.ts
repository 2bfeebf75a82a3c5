import { judgeApprovals, type ApprovalRequest } from "./approval/approvals";
import { environmentBefore, type Environment } from "./environment";
import { frozenUntil } from "./freeze";
import type { Rules } from "./rules";
import type { Pause, Run, Standing } from "./standing";
import { short } from "./words";

/** A wish to bring a release into an environment. */
export interface PromotionRequest {
  readonly standing: Standing;
  readonly target: "rehearsal" | "aws";
  readonly environment: Environment;
  readonly release: string;
  /** Who wrote what the release contains. */
  readonly authors: readonly string[];
  readonly rules: Rules;
  readonly now: Date;
  /** Approvals given on GitHub that it has just confirmed. */
  readonly vouched?: ReadonlySet<number>;
  /** What the promotion would do, and to what; undefined while nobody has looked: approvals are then not judged. */
  readonly foreseen?: { readonly plan: string; readonly state: string };
}

/**
 * `resume`: this very promotion was begun and not ended. `done`: the environment runs it, verified. `watch`: it runs it,
 * verified, and what the rules ask to be watched was not watched to a good end.
 */
export type Decision =
  | { readonly kind: "go"; readonly approvals: readonly number[] }
  | { readonly kind: "resume"; readonly run: number }
  | { readonly kind: "done"; readonly at: string }
  | { readonly kind: "watch"; readonly run: number }
  | { readonly kind: "no"; readonly obstacles: readonly string[] };

/**
 * The gate before every promotion: everything that stands against it at once, each with what removes it. Pure: the same
 * ledger, rules and moment give the same answer.
 */
export function decidePromotion(request: PromotionRequest): Decision {
  const { standing, environment, release } = request;
  const { run } = standing.environments[environment];
  const here = run?.release === release;
  if (here && run.status === "verified" && run.watched?.verdict !== "breach") {
    return watchMissing(request, environment, run) === undefined
      ? { kind: "done", at: run.endedAt ?? "" }
      : { kind: "watch", run: run.sequence };
  }
  const held = holds(request);
  const paused = pauses(request);
  // What was approved and begun may be finished, also in a freeze: half a change is worse than a late one.
  if (here && run.status === "unfinished" && run.purpose === "promotion" && held.length + paused.length === 0) {
    return { kind: "resume", run: run.sequence };
  }
  const approvals = approvalsOf(request);
  const obstacles = [
    ...held,
    ...unfinished(request),
    ...watching(request),
    ...way(request),
    ...paused,
    ...freezes(request),
    ...approvals.obstacles,
  ];
  return obstacles.length > 0 ? { kind: "no", obstacles } : { kind: "go", approvals: approvals.counted };
}

function holds({ standing, release }: PromotionRequest): string[] {
  const entry = standing.held.get(release);
  if (entry === undefined) return [];
  return [
    `release ${short(release)} was rolled back (entry ${entry}) and is held; a person lifts the hold: slipway release unhold ${short(release)} --reason TEXT`,
  ];
}

function unfinished({ standing, environment }: PromotionRequest): string[] {
  const { run } = standing.environments[environment];
  if (run?.status !== "unfinished") return [];
  const way =
    run.purpose === "promotion"
      ? `finish it (slipway promote ${short(run.release)} --to ${environment}) or go back (slipway rollback ${environment})`
      : `finish it: slipway rollback ${environment}`;
  return [`a ${run.purpose} of ${environment} to ${short(run.release)} (entry ${run.sequence}) is unfinished; ${way}`];
}

/** What keeps a verified run from counting as watched; undefined when nothing does, or the rules ask for no watch. */
function watchMissing(
  { rules }: Pick<PromotionRequest, "rules">,
  environment: Environment,
  { purpose, watched }: Run,
): string | undefined {
  if (rules.environments[environment].watch === undefined || purpose === "rollback") return undefined;
  if (watched?.verdict === "good") return undefined;
  return watched === undefined ? "was not watched to the end" : `was watched and found ${watched.verdict}`;
}

/** A deploy is not over before it was watched: another one would be judged by what this one does (D6.1). */
function watching(request: PromotionRequest): string[] {
  const { standing, environment } = request;
  const { run } = standing.environments[environment];
  if (run?.status !== "verified" || run.watched !== undefined) return [];
  if (watchMissing(request, environment, run) === undefined) return [];
  return [
    `${environment} runs ${short(run.release)}, and its watch (entry ${run.sequence}) has not ended; end it: slipway watch ${environment}`,
  ];
}

/** What the environment before says: it runs this very release, verified, for long enough (D1.3, D2.4). */
function way(request: PromotionRequest): string[] {
  const missing = unproven(request);
  return missing === undefined ? soaks(request) : [missing];
}

/** Why the environment before has not proven this release; undefined where it has, or where there is none. Pure. */
export function unproven({
  standing,
  environment,
  release,
  rules,
}: Pick<PromotionRequest, "standing" | "environment" | "release" | "rules">): string | undefined {
  const before = environmentBefore(environment);
  if (before === undefined) return undefined;
  const { run } = standing.environments[before];
  const first = `promote it there first: slipway promote ${short(release)} --to ${before}`;
  if (run === undefined) return `${before} never ran a release; ${first}`;
  if (run.release !== release) return `${before} runs ${run.release}, not ${release}; ${first}`;
  if (run.status !== "verified") {
    return `${before} runs this release, but it ${run.status === "failed" ? "failed" : "is not verified"} there; ${first}`;
  }
  const unwatched = watchMissing({ rules }, before, run);
  return unwatched && `${before} runs this release, verified, but it ${unwatched}; watch it: slipway watch ${before}`;
}

function soaks({ standing, environment, rules, now }: PromotionRequest): string[] {
  const before = environmentBefore(environment);
  if (before === undefined) return [];
  const { endedAt = "" } = standing.environments[before].run ?? {};
  const { soakHours } = rules.environments[before];
  const ready = new Date(Date.parse(endedAt) + soakHours * 3_600_000);
  if (now >= ready) return [];
  return [
    `${before} has run this release, verified, since ${endedAt}, and it soaks for ${soakHours} h; wait until ${ready.toISOString()}`,
  ];
}

/** An incident (D2.6), of the environment or of one application that is not synchronised meanwhile (C7.2). */
function pauses({ standing, environment, now }: PromotionRequest): string[] {
  const { pause, unsynced } = standing.environments[environment];
  const holds = ({ until }: Pause) => now < new Date(until);
  const all =
    pause === undefined || !holds(pause)
      ? []
      : [
          `${environment} is paused until ${pause.until} (${pause.reason}); wait, or end it: slipway ledger unpause ${environment} --reason TEXT`,
        ];
  const single = [...unsynced]
    .filter(([, one]) => holds(one))
    .map(
      ([application, { until, reason }]) =>
        `${application} of ${environment} is not synchronised until ${until} (${reason}); wait, or end it: slipway sync resume ${environment} ${application} --reason TEXT`,
    );
  return [...all, ...single];
}

/** Windows in which nothing is begun (D2.6). */
function freezes({ environment, rules, now }: PromotionRequest): string[] {
  return rules.environments[environment].freezes.flatMap((freeze) => {
    const until = frozenUntil(freeze, now);
    return until === undefined
      ? []
      : [`${environment} is frozen until ${until.toISOString()} (${freeze.reason}); wait until then`];
  });
}

function approvalsOf(request: PromotionRequest): { counted: readonly number[]; obstacles: readonly string[] } {
  const { foreseen, standing, environment } = request;
  if (foreseen === undefined) return { counted: [], obstacles: [] };
  const recorded = standing.environments[environment].approvals;
  const proven = provenBefore(standing, environment);
  const { counted, missing, ignored } = judgeApprovals({ ...request, ...foreseen, recorded, proven });
  // Why one does not count matters only where one is missing.
  return { counted, obstacles: missing.length > 0 ? [...missing, ...ignored] : [] };
}

/** Where the environment before ended what it runs; undefined where there is none, or it runs still. */
export function provenBefore(standing: Standing, environment: Environment): ApprovalRequest["proven"] {
  const before = environmentBefore(environment);
  const entry = before && standing.environments[before].run?.ended;
  return before === undefined || entry === undefined ? undefined : { environment: before, entry };
}

/** Where a rollback goes, or why there is nowhere to go. `resume`: it was begun and not ended. */
export type Way =
  | { readonly kind: "go"; readonly release: string; readonly away: string }
  | { readonly kind: "resume"; readonly release: string; readonly run: number }
  | { readonly kind: "no"; readonly why: string };

/**
 * The way back: to the last release verified in this environment, other than the one that is there and not itself rolled
 * back. No approval, freeze or pause stands in it. Pure.
 */
export function decideRollback(standing: Standing, environment: Environment): Way {
  const { run, verified, watched } = standing.environments[environment];
  if (run === undefined) return { kind: "no", why: `${environment} never ran a release` };
  if (run.purpose === "rollback" && run.status !== "verified") {
    return run.status === "unfinished"
      ? { kind: "resume", release: run.release, run: run.sequence }
      : { kind: "go", release: run.release, away: run.release };
  }
  const fit = (one: string) => one !== run.release && !standing.held.has(one);
  // What was watched to a good end comes first; where nothing was, what was verified.
  const release = watched.findLast(fit) ?? verified.findLast(fit);
  if (release !== undefined) return { kind: "go", release, away: run.release };
  return { kind: "no", why: `no other release was ever verified in ${environment} and not rolled back since` };
}
