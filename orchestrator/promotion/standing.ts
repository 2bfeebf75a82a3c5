import type { RecordedApproval } from "./approval/approvals";
import type { Entry } from "./entry";
import { environments, type Environment } from "./environment";
import type { EventOf, WatchVerdict } from "./event";

/** One promotion or rollback. */
export interface Run {
  /** Its `started` entry. */
  readonly sequence: number;
  readonly release: string;
  readonly purpose: "promotion" | "rollback";
  /** `unfinished` until something is recorded of its end: it goes on, or was interrupted. */
  readonly status: "unfinished" | "verified" | "failed";
  /** When it was begun. */
  readonly startedAt: string;
  /** When it was verified or failed. */
  readonly endedAt?: string;
  /** The entry that said so. */
  readonly ended?: number;
  /** Stages that passed: whoever goes on with the run does not repeat them. */
  readonly passed: readonly string[];
  /** The stage that did not pass: whoever goes on with the run does not try it again (D3.8). */
  readonly stopped?: Pick<EventOf<"stage">, "stage" | "verdict" | "summary">;
  /** How the last watch of it ended, and when. */
  readonly watched?: { readonly verdict: WatchVerdict; readonly at: string };
}

export interface EnvironmentStanding {
  /** What was begun there last: what is there now, whole or not. */
  readonly run?: Run;
  /** Every release that was ever verified there, each once, the latest last. */
  readonly verified: readonly string[];
  /** Those of them whose watch was good, the latest last. */
  readonly watched: readonly string[];
  /** Approvals since the last run began; a run uses them up, whatever becomes of it. */
  readonly approvals: readonly RecordedApproval[];
  readonly pause?: Pause;
  /** Applications whose synchronisation is paused, by name. */
  readonly unsynced: ReadonlyMap<string, Pause>;
}

/** Until when, and why. */
export interface Pause {
  readonly until: string;
  readonly reason: string;
}

/** Where every release and environment stands, as the ledger tells it. */
export interface Standing {
  readonly environments: Readonly<Record<Environment, EnvironmentStanding>>;
  readonly released: ReadonlySet<string>;
  /** Releases that were rolled back, with the entry that did it. */
  readonly held: ReadonlyMap<string, number>;
}

const nothing: Standing = {
  environments: Object.fromEntries(
    environments.map((name) => [name, { verified: [], watched: [], approvals: [], unsynced: new Map() }]),
  ) as unknown as Record<Environment, EnvironmentStanding>,
  released: new Set(),
  held: new Map(),
};

/** Where things stand after these entries. Pure. */
export function standingOf(entries: readonly Entry[]): Standing {
  return entries.reduce(after, nothing);
}

/** Where things stand after one more entry. Pure. */
export function after(standing: Standing, entry: Entry): Standing {
  const { event } = entry;
  switch (event.kind) {
    case "released":
      return { ...standing, released: new Set([...standing.released, event.release]) };
    case "hold-lifted": {
      const held = new Map(standing.held);
      held.delete(event.release);
      return { ...standing, held };
    }
    case "started":
      return started(standing, entry, event);
    case "refused":
      return standing;
    default: {
      const before = standing.environments[event.environment];
      const changed = withEnvironment(standing, event.environment, inEnvironment(before, entry));
      // What broke under watch is held from that moment on, also when nobody lives to roll it back.
      if (event.kind !== "watched" || event.verdict !== "breach" || before.run?.sequence !== event.run) return changed;
      return { ...changed, held: new Map([...changed.held, [before.run.release, entry.sequence]]) };
    }
  }
}

function inEnvironment(before: EnvironmentStanding, { sequence, at, event }: Entry): EnvironmentStanding {
  switch (event.kind) {
    case "approved":
      return { ...before, approvals: [...before.approvals, { sequence, event }] };
    case "verified":
    case "failed": {
      if (before.run?.sequence !== event.run) return before;
      const run: Run = { ...before.run, status: event.kind, endedAt: at, ended: sequence };
      if (event.kind === "failed") return { ...before, run };
      return { ...before, run, verified: [...before.verified.filter((one) => one !== run.release), run.release] };
    }
    case "stage": {
      if (before.run?.sequence !== event.run) return before;
      const { stage, verdict, summary } = event;
      if (verdict !== "passed") return { ...before, run: { ...before.run, stopped: { stage, verdict, summary } } };
      return { ...before, run: { ...before.run, passed: [...before.run.passed, event.stage] } };
    }
    case "watched": {
      if (before.run?.sequence !== event.run) return before;
      const { release } = before.run;
      const run: Run = { ...before.run, watched: { verdict: event.verdict, at } };
      const others = before.watched.filter((one) => one !== release);
      return { ...before, run, watched: event.verdict === "good" ? [...others, release] : others };
    }
    case "paused": {
      const pause: Pause = { until: event.until, reason: event.reason };
      if (event.application === undefined) return { ...before, pause };
      return { ...before, unsynced: new Map([...before.unsynced, [event.application, pause]]) };
    }
    case "unpaused": {
      if (event.application !== undefined) {
        const unsynced = new Map(before.unsynced);
        unsynced.delete(event.application);
        return { ...before, unsynced };
      }
      const { pause: _, ...rest } = before;
      return rest;
    }
    default:
      return before;
  }
}

function started(standing: Standing, { sequence, at }: Entry, event: EventOf<"started">): Standing {
  const { environment, release, purpose } = event;
  const before = standing.environments[environment];
  const held = new Map(standing.held);
  // What is rolled back away from is held from the first moment on, also when the rollback fails.
  if (purpose === "rollback" && before.run !== undefined && before.run.release !== release) {
    held.set(before.run.release, sequence);
  }
  const run: Run = { sequence, release, purpose, status: "unfinished", startedAt: at, passed: [] };
  return withEnvironment({ ...standing, held }, environment, { ...before, run, approvals: [] });
}

function withEnvironment(standing: Standing, environment: Environment, changed: EnvironmentStanding): Standing {
  return { ...standing, environments: { ...standing.environments, [environment]: changed } };
}
