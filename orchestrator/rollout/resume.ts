import type { JournalEntry } from "./journal";
import type { Step } from "./step";

/** A finished step of the interrupted run. */
export type Finished = Extract<JournalEntry, { event: "end" }>;

export interface Resume {
  /** Id of the interrupted run that continues. */
  readonly run: string;
  /** Step id → its result: these are not repeated. */
  readonly finished: ReadonlyMap<string, Finished>;
  /** Environments whose config, program, chart versions or lockfile changed since: everything is done again there. */
  readonly changed: readonly string[];
}

export interface ResumeRequest {
  readonly steps: readonly Step[];
  readonly signature: string;
  /** Environment → hash of everything that decides what is built there. */
  readonly fingerprints: ReadonlyMap<string, string>;
  readonly journals: ReadonlyMap<string, readonly JournalEntry[]>;
}

/**
 * Finds the interrupted run that this request continues: the same signature, begun and not ended with success in at
 * least one environment. Pure.
 */
export function findResume(request: ResumeRequest): Resume | undefined {
  const run = [...request.journals.values()].map((entries) => openRun(entries, request.signature)).find(Boolean);
  if (run === undefined) return undefined;
  const finished = new Map<string, Finished>();
  const changed: string[] = [];
  for (const [environment, entries] of request.journals) {
    const begun = entries.findLast((entry) => entry.event === "run-begin" && entry.run === run);
    if (begun?.event !== "run-begin") continue;
    if (begun.fingerprint !== request.fingerprints.get(environment)) {
      changed.push(environment);
      continue;
    }
    for (const [id, end] of finishedSteps(entries, run, request.steps, environment)) finished.set(id, end);
  }
  return { run, finished, changed };
}

function openRun(entries: readonly JournalEntry[], signature: string): string | undefined {
  const last = entries.findLast((entry) => entry.event === "run-begin");
  if (last?.event !== "run-begin" || last.signature !== signature) return undefined;
  const ended = entries.some(
    (entry) => entry.event === "run-end" && entry.run === last.run && entry.status === "succeeded",
  );
  return ended ? undefined : last.run;
}

function finishedSteps(
  entries: readonly JournalEntry[],
  run: string,
  steps: readonly Step[],
  environment: string,
): Map<string, Finished> {
  // Journal of one run, from its last beginning with an unchanged fingerprint on: a changed one starts over.
  const start = startOfUnchanged(entries, run);
  const ends = new Map<string, Finished>();
  for (const entry of entries.slice(start)) {
    if (entry.event === "end" && entry.run === run) ends.set(entry.step, entry);
  }
  const mine = steps.filter((step) => step.environment === environment);
  const done = new Map<string, Finished>();
  for (const step of mine) {
    const end = ends.get(step.id);
    if (end?.outcome.status !== "succeeded" || step.kind === "preflight") continue;
    // A phase that was built but found wanting is built again: a repair may have to come from the program.
    const verify = step.kind === "up" ? ends.get(`${environment}/verify/${step.phase?.name}`) : undefined;
    if (verify?.outcome.status === "failed") continue;
    done.set(step.id, end);
  }
  const preflight = mine.find((step) => step.kind === "preflight");
  const preflightEnd = preflight && ends.get(preflight.id);
  const rest = mine.filter((step) => step.kind !== "preflight");
  // Preflight is worth repeating before work; an environment without work left is not entered at all.
  if (preflight && preflightEnd && rest.every((step) => done.has(step.id))) done.set(preflight.id, preflightEnd);
  return done;
}

function startOfUnchanged(entries: readonly JournalEntry[], run: string): number {
  let start = 0;
  let fingerprint: string | undefined;
  entries.forEach((entry, index) => {
    if (entry.event !== "run-begin" || entry.run !== run) return;
    if (entry.fingerprint !== fingerprint) start = index;
    fingerprint = entry.fingerprint;
  });
  return start;
}
