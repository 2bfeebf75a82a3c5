import type { Keep } from "../promotion/gate/evidence";
import { runJob, type Jobs } from "../promotion/gate/job";
import { verdictOf } from "../promotion/gate/verdict";
import type { Stage, StageRequest, StageResult } from "../promotion/stages";
import { standingOf } from "../promotion/standing";
import type { Store } from "../promotion/store";
import { short } from "../promotion/words";
import { compatibilityJob } from "./compatibility-job";
import type { CompatibilitySettings } from "./compatibility-settings";
import { appliedIn } from "./gate";

export interface CompatibilityWork {
  readonly store: Store;
  readonly jobs: Jobs;
  readonly keep: Keep;
  now(): Date;
  waitUntil(time: Date): Promise<void>;
}

/**
 * The compatibility test of one application, before anything is migrated: the version that runs is tried, by its own
 * tests, on a scratch database with the schema of the next one (D3.1, D3.5). What the linter cannot see, a constraint
 * that old code breaks or a meaning that changed, shows here.
 */
export function compatibilityStage(work: CompatibilityWork, settings: CompatibilitySettings): Stage {
  return {
    name: `compatibility of ${settings.application}`,
    when: "before",
    onRollback: false,
    run: (asked) => test(work, settings, asked),
  };
}

async function test(
  { store, jobs, keep, now, waitUntil }: CompatibilityWork,
  settings: CompatibilitySettings,
  { environment, release, run }: StageRequest,
): Promise<StageResult> {
  const { application, namespace, timeoutSeconds, expects } = settings;
  const start = now().getTime();
  const settled = (verdict: StageResult["verdict"], summary: string, fix = ""): StageResult => ({
    verdict,
    summary,
    seconds: (now().getTime() - start) / 1000,
    fix,
  });
  const record = await store.releases.get(release);
  const before = standingOf(await store.ledger.read()).environments[environment].verified.at(-1);
  const running = before === undefined ? undefined : (await store.releases.get(before)).images[application];
  if (before === undefined || running === undefined) {
    return settled("passed", `no version of ${application} runs in ${environment} that could meet the new schema`);
  }
  const applied = await appliedIn(store, environment);
  const fresh = Object.keys(record.migrations ?? {}).filter((name) => applied[name] === undefined);
  if (fresh.length === 0) return settled("passed", "no new migration: the schema stays as it is");
  const next = record.images[application];
  if (next === undefined) {
    return settled(
      "errored",
      `the release names no image of ${application}`,
      `make the release with --image ${application}=repository@sha256:…, or take ${application} out of compatibility: in promotion/rules.yaml`,
    );
  }
  const ending = await runJob({
    manifest: compatibilityJob(settings, { running, next }),
    namespace,
    suffix: `${short(release)}-${run}`,
    timeoutSeconds,
    jobs,
    now,
    waitUntil,
  });
  const { verdict, summary } = verdictOf(ending, expects);
  const what = `${application} of release ${short(before)} on the schema with ${fresh.toSorted().join(", ")}`;
  const fix =
    verdict === "passed"
      ? ""
      : "see its output below the state directory's evidence folder; give the migration a step that the running version lives with, make a new release of it and promote that; nothing was applied";
  return { ...settled(verdict, `${what}: ${summary}`, fix), evidence: keep(ending.output) };
}
