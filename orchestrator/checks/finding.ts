import type { CheckContext, Diagnosis, Finding, Verdict } from "./check";

/** A promise under examination: what it is called, whose requirement it is. */
export interface Promised {
  readonly requirement: string;
  readonly title: string;
}

/** What an examination saw. `wrong` names what breaks the promise; nothing looked at is never a pass. */
export interface Seen {
  /** How many things were looked at. */
  readonly looked: number;
  /** `name: what is wrong with it`, one per offender. */
  readonly wrong: readonly Offence[];
  /** What to say when all is well. */
  readonly detail: string;
}
export interface Offence {
  readonly subject: string;
  readonly reason: string;
}

/**
 * Runs one examination and turns it into a finding. A thrown error becomes `errored` with its text, so that one
 * unreachable API never hides the other findings, and an examination of nothing becomes `inconclusive`.
 */
export async function examine(promised: Promised, look: () => Promise<Seen>): Promise<Finding> {
  try {
    const seen = await look();
    if (seen.wrong.length > 0) {
      const detail = seen.wrong.map(({ subject, reason }) => `${subject}: ${reason}`).join("; ");
      return verdict(
        promised,
        "failed",
        detail,
        seen.wrong.map(({ subject }) => subject),
      );
    }
    if (seen.looked === 0) return verdict(promised, "inconclusive", "there was nothing to look at", []);
    return verdict(promised, "passed", seen.detail, []);
  } catch (error) {
    return verdict(promised, "errored", error instanceof Error ? error.message : String(error), []);
  }
}

function verdict(promised: Promised, kind: Verdict, detail: string, subjects: readonly string[]): Finding {
  return { ...promised, verdict: kind, detail, subjects };
}

/**
 * A finding that rests on AWS, on traffic or on what operators in the cluster do: those are played in a rehearsal even
 * where the cluster's API is real.
 */
export async function outside(context: CheckContext, finding: Promise<Finding>): Promise<Finding> {
  return { ...(await finding), proof: context.clients.proof.aws };
}

/**
 * A finding that rests on traffic between pods: played nodes run no containers, so a rehearsal works it out from the
 * NetworkPolicies in the API; on AWS probe pods really try.
 */
export async function traffic(context: CheckContext, finding: Promise<Finding>): Promise<Finding> {
  const { aws } = context.clients.proof;
  return { ...(await finding), proof: aws === "real cloud" ? aws : "computed" };
}

/** Looks at each item; `judge` returns what is wrong with it, or undefined. */
export function each<T>(
  list: readonly T[],
  name: (item: T) => string,
  judge: (item: T) => string | undefined,
): Offence[] {
  return list.flatMap((item) => {
    const reason = judge(item);
    return reason === undefined ? [] : [{ subject: name(item), reason }];
  });
}

/** One diagnosis when there are offenders, none otherwise. */
export function diagnosis(requirement: string, cause: string, fix: string, subjects: readonly string[]): Diagnosis[] {
  return subjects.length === 0 ? [] : [{ requirement, cause, fix, subjects }];
}
