import { SlipwayError } from "../errors";
import type { Environment } from "../promotion/environment";
import type { Repository } from "../promotion/git";
import type { Stage, StageResult } from "../promotion/stages";
import { standingOf } from "../promotion/standing";
import type { Store } from "../promotion/store";
import { committedMigrations } from "./committed";
import { judge, type Finding } from "./judge";
import { brokenHistory, checksumsOf, MIGRATIONS_FOLDER, pending, type Checksums, type Migration } from "./migration";

/** What a list of migrations would do to whoever runs on the applied ones. */
export interface Outlook {
  readonly pending: readonly Migration[];
  /** What breaks order or checksums of what was applied. */
  readonly history: readonly string[];
  readonly findings: readonly Finding[];
}

/** Judges what is new against what was applied (D3.1 to D3.5). */
export async function outlook(migrations: readonly Migration[], applied: Checksums): Promise<Outlook> {
  const fresh = pending(migrations, applied);
  return {
    pending: fresh,
    history: brokenHistory(applied, checksumsOf(migrations)),
    findings: await judge({ migrations, pending: new Set(fresh.map(({ name }) => name)) }),
  };
}

/** What keeps the migrations from being applied, one line each. */
export function objections({ history, findings }: Outlook): string[] {
  return [
    ...history,
    ...findings
      .filter(({ allowed }) => allowed === undefined)
      .map(({ migration, line, rule, message }) => `${migration}:${line} ${rule}: ${message}`),
  ];
}

/**
 * A release whose migrations would be refused on their way is not worth making.
 * @throws SlipwayError `migrations-unsafe` naming every one.
 */
export async function requireSafeMigrations(
  repository: Pick<Repository, "files">,
  commit: string,
  since: string | undefined,
): Promise<void> {
  const of = (revision: string) => committedMigrations(repository, revision, MIGRATIONS_FOLDER);
  const wrong = objections(await outlook(of(commit), since === undefined ? {} : checksumsOf(of(since))));
  if (wrong.length === 0) return;
  throw new SlipwayError(
    "migrations-unsafe",
    `${wrong.length} of what the migrations do is not safe for the version that runs meanwhile:\n  ${wrong.join("\n  ")}`,
    "mend them as each line says; slipway migrations check migrations judges them without a release",
  );
}

/** As the ledger calls it. */
const STAGE = "migrations";

export interface GateRequest {
  readonly store: Store;
  readonly repository: Pick<Repository, "files">;
  milliseconds(): number;
}

/**
 * The gate before every rollout: what the release's migrations would do to the version that runs in the environment now,
 * from the release's own commit. A release without migrations passes, and says so.
 */
export function migrationGate({ store, repository, milliseconds }: GateRequest): Stage {
  return {
    name: STAGE,
    when: "before",
    onRollback: false,
    async run({ environment, release }): Promise<StageResult> {
      const started = milliseconds();
      const { source } = await store.releases.get(release);
      const applied = await appliedIn(store, environment);
      const migrations = committedMigrations(repository, source.commit, MIGRATIONS_FOLDER);
      const seen = await outlook(migrations, applied);
      const attempted = await attemptedIn(store, environment);
      const wrong = [...objections(seen), ...changedSince(attempted, applied, checksumsOf(migrations), environment)];
      const seconds = Math.round(milliseconds() - started) / 1000;
      if (wrong.length > 0)
        return {
          verdict: "failed",
          summary: wrong.join("; "),
          seconds,
          fix: "mend the migrations as each line says, make a new release of it, and promote that; nothing was applied",
        };
      const count = seen.pending.length;
      return {
        verdict: "passed",
        summary: `${count} new ${count === 1 ? "migration" : "migrations"}, fit for the version that runs`,
        seconds,
        fix: "",
      };
    },
  };
}

/** The schema an environment has: all that was ever applied there, for a schema never goes back (D3.9). */
export async function appliedIn({ ledger, releases }: Store, environment: Environment): Promise<Checksums> {
  const { verified } = standingOf(await ledger.read()).environments[environment];
  const applied: Record<string, string> = {};
  for (const release of verified) Object.assign(applied, (await releases.get(release)).migrations);
  return applied;
}

/** What a run that failed or was ended came far enough to apply: its migrations may be in the schema (D3.9). */
async function attemptedIn({ ledger, releases }: Store, environment: Environment): Promise<Checksums> {
  const entries = await ledger.read();
  const begun = new Map<number, string>();
  const attempted: Record<string, string> = {};
  for (const { sequence, event } of entries) {
    if (event.kind === "started" && event.environment === environment && event.purpose === "promotion")
      begun.set(sequence, event.release);
    if (event.kind !== "stage" || event.stage !== STAGE || event.verdict !== "passed") continue;
    const release = begun.get(event.run);
    if (release !== undefined) Object.assign(attempted, (await releases.get(release)).migrations);
  }
  return attempted;
}

/** A migration that may be applied is not written anew under its name. Pure. */
function changedSince(attempted: Checksums, applied: Checksums, now: Checksums, environment: Environment): string[] {
  return Object.entries(attempted).flatMap(([name, checksum]) =>
    applied[name] !== undefined || now[name] === undefined || now[name] === checksum
      ? []
      : [
          `${name} came to ${environment} before, in a promotion that did not end well, and is another one now: it may be applied; leave it as it was and write a new one`,
        ],
  );
}
