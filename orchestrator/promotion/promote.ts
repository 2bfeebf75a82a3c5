import { SlipwayError } from "../errors";
import type { RecordedApproval } from "./approval/approvals";
import type { Entry } from "./entry";
import type { Environment } from "./environment";
import type { LedgerEvent } from "./event";
import { decidePromotion, decideRollback, type Decision } from "./gates";
import type { Rollout, RolloutResult } from "./rollout";
import type { Rules } from "./rules";
import { proveStages, StageStop, type Stage, type StageResult } from "./stages";
import { standingOf } from "./standing";
import type { Store } from "./store";
import { goBack, requireWatcher, watchEnvironment, type Watcher } from "./watched";
import { short } from "./words";

export interface PromotionWork {
  readonly environment: Environment;
  readonly target: "rehearsal" | "aws";
  readonly store: Store;
  readonly rules: Rules;
  readonly rollout: Rollout;
  /** What carries out the way back, where that is something else than `rollout`. */
  readonly back?: Rollout;
  /** What is proven besides the rollout itself, in this order. */
  readonly stages?: readonly Stage[];
  /** What has to hold before an environment is leased at all; anything but passed refuses the promotion. */
  readonly preconditions?: readonly Stage[];
  /** Asks GitHub for what was approved there; without it only signatures count. @returns entries that it confirms. */
  vouch?(recorded: readonly RecordedApproval[]): Promise<ReadonlySet<number>>;
  /** Needed where the rules ask for a watch. */
  readonly watcher?: Watcher;
  /** Whom the ledger names as the writer. */
  readonly by: string;
  now(): Date;
  /** One line beside the rollout's own progress. */
  say(text: string): void;
}

/**
 * How a promotion or rollback ended. `done`: there was nothing to do. `inconclusive`: it runs, verified, but its watch
 * saw too little. `rolled back`: it failed or broke under watch, and what was verified before runs again.
 */
export interface PromotionOutcome {
  readonly release: string;
  readonly status: "done" | RolloutResult["status"] | "inconclusive" | "rolled back";
  /** What went wrong and what to do; undefined when nothing did. */
  readonly failure?: Pick<RolloutResult, "reason" | "fix" | "kind">;
  /** It failed before the rollout began: what runs is what ran before. */
  readonly untouched?: true;
  /** What the watch found. */
  readonly watch?: string;
  /** The end of the ledger afterwards: worth keeping elsewhere. */
  readonly head: string;
}

/**
 * Brings a release into an environment: judged by the ledger first, then, with the environment leased and before
 * anything is touched, once more with what the rollout is about to do. Kill it anywhere and run it again: it goes on.
 *
 * @throws SlipwayError `promotion-refused` (refused) with everything that stands in the way; the ledger says so too.
 */
export async function promote(work: PromotionWork & { readonly release: string }): Promise<PromotionOutcome> {
  const { store, environment, release, rules } = work;
  requireWatcher(work);
  const outcome = await promoteOnly(work);
  if (outcome.status === "verified" && rules.environments[environment].watch !== undefined) {
    return watchEnvironment(work);
  }
  if (outcome.status !== "failed" || rules.environments[environment].rollback === "manual") return outcome;
  // Undo only what happened: what failed before the rollout began left what runs as it was (D4.3).
  const { run } = standingOf(await store.ledger.read()).environments[environment];
  if (outcome.untouched === true || run?.release !== release) return outcome;
  return goBack(work, outcome.failure ?? NO_REASON);
}

/** What GitHub confirms of the approvals that stand for an environment. */
export async function vouchedBy({
  store,
  environment,
  vouch,
}: Pick<PromotionWork, "store" | "environment" | "vouch">): Promise<ReadonlySet<number>> {
  const { approvals } = standingOf(await store.ledger.read()).environments[environment];
  return (await vouch?.(approvals)) ?? new Set();
}

const NO_REASON = { reason: "it failed", fix: "see slipway ledger show", kind: "failure" } as const;

async function promoteOnly(work: PromotionWork & { readonly release: string }): Promise<PromotionOutcome> {
  const { store, environment, release } = work;
  const { authors } = (await store.releases.get(release)).source;
  const vouched = await vouchedBy(work);
  const decide = (entries: readonly Entry[], foreseen?: { plan: string; state: string }): Decision =>
    decidePromotion({
      ...work,
      vouched,
      standing: standingOf(entries),
      authors,
      now: work.now(),
      ...(foreseen !== undefined && { foreseen }),
    });
  const first = decide(await store.ledger.read());
  if (first.kind === "done") {
    work.say(`${environment} runs ${short(release)} already, verified at ${first.at}: nothing to do`);
    return { release, status: "done", head: await headOf(store) };
  }
  if (first.kind === "watch") {
    work.say(`${environment} runs ${short(release)}, verified; its watch (entry ${first.run}) goes on`);
    return { release, status: "verified", head: await headOf(store) };
  }
  if (first.kind === "no") throw await refuse(work, release, first.obstacles);
  if (first.kind === "resume") {
    work.say(`the promotion of ${environment} to ${short(release)} (entry ${first.run}) was interrupted and goes on`);
    return carryOut(work, { release, purpose: "promotion", resumed: first.run }, () => (entries) => {
      const now = decide(entries);
      if (now.kind === "resume" && now.run === first.run) return { kind: "resumed", environment, run: first.run };
      throw overtaken(environment);
    });
  }
  const stages = [...(await requirePreconditions(work, release)), ...(work.stages ?? [])];
  return carryOut({ ...work, stages }, { release, purpose: "promotion" }, (look) => {
    const { plan, state } = look;
    return (entries) => {
      const now = decide(entries, { plan, state });
      if (now.kind === "go") {
        const approvals = [...now.approvals];
        return {
          kind: "started",
          environment,
          release,
          purpose: "promotion",
          plan,
          state,
          approvals,
          rules: work.rules.digest,
        };
      }
      throw now.kind === "no" ? new Refusal(now.obstacles) : overtaken(environment);
    };
  }).catch(async (error: unknown) => {
    throw error instanceof Refusal ? await refuse(work, release, error.obstacles) : error;
  });
}

/** The release a rollback would go to. @throws SlipwayError `no-way-back` (refused). */
export async function wayBack({ store, environment }: Pick<PromotionWork, "store" | "environment">): Promise<string> {
  const way = decideRollback(standingOf(await store.ledger.read()), environment);
  if (way.kind !== "no") return way.release;
  throw new SlipwayError(
    "no-way-back",
    `there is nothing to roll ${environment} back to: ${way.why}; nothing was touched`,
    "mend what is there and promote that: slipway release create, then slipway promote",
    "refused",
  );
}

/**
 * Brings an environment back to the last release verified there. Nobody has to approve it; the release that is left is
 * held until a person lifts the hold. Kill it anywhere and run it again: it goes on.
 */
export async function rollback(work: PromotionWork): Promise<PromotionOutcome> {
  const { store, environment } = work;
  const release = await wayBack(work);
  const first = decideRollback(standingOf(await store.ledger.read()), environment);
  const decide = (entries: readonly Entry[]) => {
    const way = decideRollback(standingOf(entries), environment);
    if (way.kind === first.kind && way.kind !== "no" && way.release === release) return way;
    throw overtaken(environment);
  };
  if (first.kind === "resume") {
    work.say(`the rollback of ${environment} to ${short(release)} (entry ${first.run}) was interrupted and goes on`);
    return carryOut(work, { release, purpose: "rollback", resumed: first.run }, () => (entries) => {
      decide(entries);
      return { kind: "resumed", environment, run: first.run };
    });
  }
  return carryOut(work, { release, purpose: "rollback" }, ({ plan, state }) => (entries) => {
    decide(entries);
    return {
      kind: "started",
      environment,
      release,
      purpose: "rollback",
      plan,
      state,
      approvals: [],
      rules: work.rules.digest,
    };
  });
}

type Look = { readonly plan: string; readonly state: string };

interface Course {
  readonly release: string;
  readonly purpose: "promotion" | "rollback";
  /** The run that goes on. */
  readonly resumed?: number;
}

/** Runs stages and rollout and writes their beginning and their end. */
async function carryOut(
  work: PromotionWork,
  course: Course,
  begin: (look: Look) => (entries: readonly Entry[]) => LedgerEvent,
): Promise<PromotionOutcome> {
  const { environment, store, by } = work;
  const { release, purpose, resumed } = course;
  const rollout = purpose === "rollback" ? (work.back ?? work.rollout) : work.rollout;
  let run = resumed;
  let result: RolloutResult | undefined;
  let stopped: StageStop | undefined;
  try {
    result = await rollout.run({
      environment,
      release,
      purpose,
      goOn: resumed !== undefined,
      async permit(look) {
        // Whoever goes on with a run was permitted when it began; its plan and state are half carried out by now.
        const seen = resumed === undefined ? await look() : { plan: "", state: "" };
        const { sequence } = await store.ledger.append(by, begin(seen));
        run ??= sequence;
        await proveStages(work, { release, purpose, run, when: "before" });
      },
    });
    if (result.status === "verified" && run !== undefined) {
      await proveStages(work, { release, purpose, run, when: "after" });
    }
  } catch (error) {
    if (!(error instanceof StageStop)) throw error;
    stopped = error;
  }
  const failure = stopped ?? (result?.status === "verified" ? undefined : result);
  const status = stopped === undefined ? (result?.status ?? "failed") : "failed";
  const outcome = {
    release,
    status,
    ...(failure !== undefined && { failure: { reason: reasonOf(failure), fix: failure.fix, kind: failure.kind } }),
    ...(stopped !== undefined && result === undefined && { untouched: true as const }),
  };
  if (run === undefined) {
    if (status !== "verified") return { ...outcome, head: await headOf(store) };
    throw new SlipwayError(
      "rollout-not-judged",
      `a rollout of ${environment} that was begun elsewhere has just been completed, and nobody judged whether it may be`,
      "run the same command again: it is judged then",
      "refused",
    );
  }
  // Interrupted runs stay unfinished in the ledger, which is what they are.
  if (status === "interrupted") return { ...outcome, head: await headOf(store) };
  const number = run;
  const evidence = result?.evidence;
  const { hash } = await store.ledger.append(by, (entries): LedgerEvent => {
    const current = standingOf(entries).environments[environment].run;
    if (current?.status !== "unfinished" || current.sequence !== number) throw overtaken(environment);
    if (failure === undefined && evidence !== undefined)
      return { kind: "verified", environment, run: number, evidence };
    const reason = failure === undefined ? NO_REASON.reason : reasonOf(failure);
    return { kind: "failed", environment, run: number, reason, ...(evidence && { evidence }) };
  });
  return { ...outcome, head: hash };
}

function reasonOf(failure: RolloutResult | StageStop): string {
  return failure instanceof StageStop ? failure.message : failure.reason;
}

/**
 * What was looked at before the lease, as stages that are written down once the promotion has begun.
 * @throws SlipwayError `promotion-refused` naming all that do not hold.
 */
async function requirePreconditions(work: PromotionWork, release: string): Promise<Stage[]> {
  const { environment, preconditions = [], say } = work;
  const seen: { readonly stage: Stage; readonly result: StageResult }[] = [];
  for (const stage of preconditions) {
    const result = await stage.run({ environment, release, run: 0 });
    say(`${environment}, ${stage.name}: ${result.verdict} (${result.summary})`);
    seen.push({ stage, result });
  }
  const obstacles = seen.flatMap(({ stage, result: { verdict, summary, fix } }) =>
    verdict === "passed" ? [] : [`${stage.name} ${verdict}: ${summary}; ${fix}`],
  );
  if (obstacles.length > 0) throw await refuse(work, release, obstacles);
  return seen.map(({ stage, result }) => ({ ...stage, when: "before", run: () => Promise.resolve(result) }));
}

/** Obstacles found with the lease in hand: what the rollout's own progress shows; told in full and written down outside. */
class Refusal extends SlipwayError {
  constructor(readonly obstacles: readonly string[]) {
    super(
      "promotion-refused",
      "the promotion is refused; nothing was touched",
      "see what stands in its way below",
      "refused",
    );
  }
}

/** Writes down that it was refused, and why. */
async function refuse(work: PromotionWork, release: string, obstacles: readonly string[]): Promise<SlipwayError> {
  const { environment, store, by } = work;
  await store.ledger.append(by, () => ({ kind: "refused", environment, release, obstacles: [...obstacles] }));
  return new SlipwayError(
    "promotion-refused",
    `${short(release)} may not enter ${environment}; nothing was touched:\n${obstacles.map((one) => `- ${one}`).join("\n")}`,
    "each line says what removes it",
    "refused",
  );
}

export function overtaken(environment: Environment): SlipwayError {
  return new SlipwayError(
    "overtaken",
    `something else was written about ${environment} meanwhile, so this run is not the one that counts`,
    "look at slipway ledger show, then decide again",
    "refused",
  );
}

export async function headOf({ ledger }: Store): Promise<string> {
  return (await ledger.read()).at(-1)?.hash ?? "";
}
