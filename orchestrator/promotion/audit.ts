import { SlipwayError } from "../errors";
import { verifySignature } from "./approval/sshsig";
import { statementText, type Statement } from "./approval/statement";
import { environmentBefore } from "./environment";
import type { Entry } from "./entry";
import type { EventOf } from "./event";
import { provenBefore } from "./gates";
import { after, standingOf, type Standing } from "./standing";

/**
 * What in a whole and unchanged ledger should never have happened: entries that no gate would have let be written, as by
 * a writer other than Slipway. Soak and roles are judged by the rules of their time, of which the ledger keeps the
 * digest only; everything else is judged anew. Pure.
 */
export function audit(entries: readonly Entry[]): string[] {
  let standing = standingOf([]);
  return entries.flatMap((entry) => {
    const why = illegal(standing, entry, entries);
    standing = after(standing, entry);
    return why === undefined ? [] : [`entry ${entry.sequence}: ${why}`];
  });
}

/**
 * Approvals whose signature is not over what their entry says, or not by the key it names. Whose key that was is the
 * people's file of that time to say. Pure.
 */
export function auditSignatures(entries: readonly Entry[], target: Statement["target"]): string[] {
  return entries.flatMap(({ sequence, event }) => {
    if (event.kind !== "approved") return [];
    const { signature, key, github, ...said } = event;
    // Only GitHub can confirm what was given there, and does so at each promotion.
    if (signature === undefined) {
      return github === undefined ? [`entry ${sequence}: it has neither a signature nor a place on GitHub`] : [];
    }
    try {
      const { fingerprint } = verifySignature(signature, statementText({ target, ...said }));
      return fingerprint === key ? [] : [`entry ${sequence}: it is signed with ${fingerprint}, not ${key}`];
    } catch (error) {
      if (error instanceof SlipwayError) return [`entry ${sequence}: ${error.message}`];
      throw error;
    }
  });
}

/** Why this entry should not follow; undefined when it may. */
export function illegal(standing: Standing, entry: Entry, entries: readonly Entry[]): string | undefined {
  const { event } = entry;
  switch (event.kind) {
    case "released":
    case "refused":
    case "paused":
    case "unpaused":
    case "hold-lifted":
      return undefined;
    case "approved":
      return standing.released.has(event.release) ? undefined : "it approves a release that was never made";
    case "watched": {
      const { run } = standing.environments[event.environment];
      if (run?.sequence !== event.run || run.status !== "verified" || run.purpose !== "promotion") {
        return `it watched run ${event.run}, which ${event.environment} did not run, verified, at that time`;
      }
      if (run.watched === undefined || run.watched.verdict === "inconclusive") return undefined;
      return `run ${event.run} had been watched already, and was ${run.watched.verdict}`;
    }
    case "resumed":
    case "stage":
    case "verified":
    case "failed": {
      const { run } = standing.environments[event.environment];
      if (run?.sequence === event.run && run.status === "unfinished") return undefined;
      return `it speaks of run ${event.run}, which is not the unfinished one of ${event.environment}`;
    }
    case "started":
      return event.purpose === "rollback"
        ? illegalRollback(standing, event)
        : illegalPromotion(standing, entry, event, entries);
  }
}

function illegalRollback(standing: Standing, { environment, release }: EventOf<"started">): string | undefined {
  return standing.environments[environment].verified.includes(release)
    ? undefined
    : `it rolls ${environment} back to a release that was never verified there`;
}

function illegalPromotion(
  standing: Standing,
  { at }: Entry,
  event: EventOf<"started">,
  entries: readonly Entry[],
): string | undefined {
  const { environment, release } = event;
  if (!standing.released.has(release)) return "it promotes a release that was never made";
  if (standing.held.has(release)) return "it promotes a release that is held";
  if (standing.environments[environment].run?.status === "unfinished") return `${environment} had an unfinished run`;
  const before = environmentBefore(environment);
  const earlier = before && standing.environments[before].run;
  if (before !== undefined && (earlier?.release !== release || earlier.status !== "verified")) {
    return `it promotes to ${environment} what ${before} did not run, verified, at that time`;
  }
  const { pause, unsynced } = standing.environments[environment];
  if (pause !== undefined && at < pause.until) return `${environment} was paused until ${pause.until}`;
  for (const [application, { until }] of unsynced)
    if (at < until) return `${application} of ${environment} was not synchronised until ${until}`;
  return misused(standing, at, event, entries);
}

/** Approvals named by a run were for it, valid, unused and of distinct people. */
function misused(
  standing: Standing,
  at: string,
  event: EventOf<"started">,
  entries: readonly Entry[],
): string | undefined {
  const open = standing.environments[event.environment].approvals;
  const proven = provenBefore(standing, event.environment)?.entry ?? 0;
  const people = new Set<string>();
  for (const sequence of event.approvals) {
    const approval = open.find((one) => one.sequence === sequence)?.event;
    if (approval === undefined) {
      const known = entries[sequence - 1]?.event.kind === "approved";
      return known ? `entry ${sequence} was used up or for another environment` : `entry ${sequence} is no approval`;
    }
    const same = approval.release === event.release && approval.plan === event.plan && approval.state === event.state;
    if (!same) return `the approval of entry ${sequence} was for something else`;
    if (sequence < proven) return `the approval of entry ${sequence} was given before the release was verified`;
    if (approval.expires <= at) return `the approval of entry ${sequence} had expired`;
    if (people.has(approval.person)) return `${approval.person} approved twice`;
    people.add(approval.person);
  }
  return undefined;
}
