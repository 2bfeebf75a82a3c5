import path from "node:path";
import { SlipwayError } from "../../errors";
import { inviteApproval, recordApproval } from "../approval/request";
import { canary as numbers } from "../../../infra/strategy/table";
import { advance, begun, judge, type CanaryState, type Check } from "../canary/machine";
import { canaryStage, type CanaryStageRequest, type RolloutStatus } from "../canary/stage";
import { compatibilityStage } from "../../migrations/compatibility";
import { compatibilitySchema } from "../../migrations/compatibility-settings";
import { contentHash, digestOf } from "../canonical";
import type { Environment } from "../environment";
import type { LedgerEvent, Verdict } from "../event";
import { promote, rollback, type PromotionOutcome, type PromotionWork } from "../promote";
import type { ReleaseRecord } from "../record";
import type { Rollout, RolloutResult } from "../rollout";
import type { Stage, StageResult } from "../stages";
import { standingOf } from "../standing";
import { openStore, type FolderStore } from "../store";
import { watchEnvironment } from "../watched";
import { playedGates, type Played } from "./gates";
import { addressOf, createPeople, type Name } from "./people";
import { testCluster } from "./test-cluster";
import { fair, weatherMetrics, type Change, type Weather } from "./weather";

/** A process that is killed: nothing it would have done next happens. */
export class Killed extends Error {}

/** What a rehearsed rollout meets. */
export type Fate =
  | "well"
  | "a failing check"
  | "killed after it began"
  | "killed before it began"
  | "a failing migration"
  | "killed after the migration"
  | "errors in the canary"
  | "no traffic in the canary"
  | "a failing smoke test"
  | "an inconclusive smoke test"
  | "a red regression"
  | "a slow version"
  | "a credential in what is released";

/** Gates that do not pass. */
const broken: Readonly<Partial<Record<Fate, Played>>> = {
  "a failing smoke test": { smoke: "failed" },
  "an inconclusive smoke test": { smoke: "inconclusive" },
  "a red regression": { integration: "failed" },
  "a slow version": { performance: "failed" },
  "a credential in what is released": { security: "failed" },
};

/**
 * A team, its releases and three environments, on a clock that is set by hand. Releases, statements, signatures, gates
 * and ledger are the real ones, on disk; the rollout is played, so what it proves is nothing but their interplay.
 */
export class World {
  readonly store: FolderStore;
  readonly people = createPeople({ watched: true });
  readonly said: string[] = [];
  /** How the next rollouts go; afterwards they go well. */
  readonly fates: Fate[] = [];
  /** Done inside the next rollout, once it is permitted. */
  meanwhile: (() => Promise<void>) | undefined;
  /** What users and containers do after the next deploys; on a good day otherwise. */
  readonly weather: Change[] = [];
  /** The watch is killed when it comes to this minute. */
  killWatchAt: number | undefined;
  private fate: Fate = "well";
  /** Changes whenever something was done to an environment. */
  private readonly states: Record<Environment, number> = { dev: 0, staging: 0, production: 0 };
  /** Changes when the same release would do something else there. */
  private readonly plans: Record<Environment, number> = { dev: 0, staging: 0, production: 0 };
  private versions = 0;
  /** Images of versions whose tests fail on the next version's schema. */
  readonly brittle = new Set<string>();
  private readonly tests = testCluster((running) => this.brittle.has(running));
  /** A Tuesday morning. */
  private readonly migrations: Record<string, string> = { "0001_begin.sql": contentHash("0001_begin.sql") };
  private milliseconds = Date.parse("2026-01-06T08:00:00Z");

  constructor(readonly folder: string) {
    this.store = openStore(folder, this.now);
  }

  readonly now = (): Date => new Date(this.milliseconds);

  pass(hours: number): void {
    this.milliseconds += hours * 3_600_000;
    this.say(`${hours} h pass`);
  }

  /** A commit by this person is merged and its release made, of an image that was built before or of a new one. */
  release(author: string, { image, migration }: { readonly image?: string; readonly migration?: string } = {}): string {
    const version = `1.${this.versions++}.0`;
    if (migration !== undefined) this.migrations[migration] = contentHash(migration);
    const made = record(version, addressOf(author), image ?? imageOf(version), this.migrations);
    const release = this.store.releases.add(made);
    this.write(author, { kind: "released", release });
    this.say(`release ${version}, written by ${author}${migration === undefined ? "" : `, with ${migration}`}`);
    return release;
  }

  /** The image of a release. */
  imageOf(release: string): string {
    return this.store.releases.get(release).images["app"] ?? "";
  }

  /** The same release would do something else there now, though nothing was changed there. */
  replan(environment: Environment): void {
    this.plans[environment]++;
    this.say(`what a promotion of ${environment} would do is something else now`);
  }

  /** Somebody changes an environment by hand. */
  drift(environment: Environment): void {
    this.states[environment]++;
    this.say(`${environment} is changed by hand`);
  }

  async approve(release: string, environment: Environment, ...names: readonly Name[]): Promise<void> {
    const asked = { ...this.work(environment), release, base: this.folder };
    const { text } = await inviteApproval(asked);
    for (const name of names) {
      await recordApproval(asked, this.people.signers[name].sign(text), text);
      this.say(`${name} signs for ${environment}`);
    }
  }

  async promote(release: string, environment: Environment): Promise<PromotionOutcome> {
    const outcome = await promote({ ...this.work(environment), release });
    this.say(`promotion of ${environment}: ${outcome.status}`);
    return outcome;
  }

  async rollback(environment: Environment): Promise<PromotionOutcome> {
    const outcome = await rollback(this.work(environment));
    this.say(`rollback of ${environment}: ${outcome.status}`);
    return outcome;
  }

  /** To staging, with its approvals. */
  async toStaging(release: string): Promise<void> {
    await this.promote(release, "dev");
    await this.approve(release, "staging", "lead", "qa");
    await this.promote(release, "staging");
  }

  /** To staging, and soaked there, with the approvals of production. */
  async toSoaked(release: string): Promise<void> {
    await this.toStaging(release);
    this.pass(24);
    await this.approve(release, "production", "manager", "owner");
  }

  /** All the way, with soak and approvals. */
  async toProduction(release: string): Promise<PromotionOutcome> {
    await this.toSoaked(release);
    return this.promote(release, "production");
  }

  /** This must end so, with these words of what went wrong. */
  async ends(
    what: Promise<PromotionOutcome>,
    status: PromotionOutcome["status"],
    ...words: readonly string[]
  ): Promise<void> {
    const outcome = await what;
    const told = outcome.failure?.reason ?? "";
    const missing = words.find((word) => !told.includes(word));
    if (outcome.status === status && missing === undefined) return;
    throw new Error(`expected ${status} with "${words.join(", ")}", and it was ${outcome.status}: ${told}`);
  }

  /** This must be refused with these words. */
  async refused(what: Promise<unknown>, ...words: readonly string[]): Promise<void> {
    const told = await what.then(
      () => "it was not refused",
      (error: unknown) => {
        if (error instanceof SlipwayError && error.kind === "refused") return error.message;
        throw error;
      },
    );
    const missing = words.find((word) => !told.includes(word));
    if (missing !== undefined) throw new Error(`expected a refusal with "${missing}", and was told: ${told}`);
    this.say(`refused: ${words.join(", ")}`);
  }

  /** This must be killed. */
  async killed(what: Promise<unknown>): Promise<void> {
    await what.then(
      () => {
        throw new Error("expected a kill, and it ended");
      },
      (error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      },
    );
    this.say("killed");
  }

  write(by: string, event: LedgerEvent): void {
    this.store.ledger.append(addressOf(by), () => event);
  }

  /** File of a ledger entry, to tamper with. */
  entryFile(sequence: number): string {
    return path.join(this.folder, "ledger", `${String(sequence).padStart(8, "0")}.json`);
  }

  /** Watches again what runs there. */
  async watch(environment: Environment): Promise<PromotionOutcome> {
    const outcome = await watchEnvironment(this.work(environment));
    this.say(`watch of ${environment}: ${outcome.status}`);
    return outcome;
  }

  /** What it is like at a time: the weather belongs to the last deploy, and a rollback ends it. */
  private weatherAt(time: Date): Weather {
    const { run } = standingOf(this.store.ledger.read()).environments.production;
    const since = Date.parse(run?.endedAt ?? run?.startedAt ?? "");
    const minutes = (time.getTime() - since) / 60_000;
    const changes = run?.purpose === "rollback" ? [] : this.weather.filter(({ minute }) => minutes >= minute);
    return changes.reduce(
      (before, { weather }) => ({ ...before, ...weather, values: { ...before.values, ...weather.values } }),
      fair,
    );
  }

  say(text: string): void {
    this.said.push(`${this.now().toISOString().slice(0, 16)}Z  ${text}`);
  }

  private work(environment: Environment): PromotionWork {
    return {
      environment,
      target: "rehearsal",
      store: this.store,
      rules: this.people.rules,
      rollout: this.rollout,
      stages: [
        this.compatibility(),
        { name: "migration", when: "before", onRollback: false, run: () => this.migration() },
        ...(environment === "production" ? [this.canary()] : []),
        ...playedGates(environment, () => broken[this.fate] ?? {}),
      ],
      watcher: {
        metrics: weatherMetrics(["production"], (time) => this.weatherAt(time)),
        waitUntil: (time) => this.watchUntil(time),
      },
      by: "rehearsal",
      now: this.now,
      say: (text) => this.say(text),
    };
  }

  private watchUntil(time: Date): Promise<void> {
    if (this.killWatchAt !== undefined && --this.killWatchAt <= 0) {
      this.killWatchAt = undefined;
      throw new Killed();
    }
    return this.waitUntil(time);
  }

  private waitUntil(time: Date): Promise<void> {
    this.milliseconds = Math.max(this.milliseconds, time.getTime());
    return Promise.resolve();
  }

  private migration(): Promise<StageResult> {
    return Promise.resolve(stage(this.fate === "a failing migration" ? "failed" : "passed", "1 migration"));
  }

  /** The version that runs on the next one's schema; the Job is the real one, what runs it is played. */
  private compatibility(): Stage {
    const { store, tests: jobs, now } = this;
    const waitUntil = (time: Date) => this.waitUntil(time);
    const stage = compatibilityStage({ store, jobs, keep: contentHash, now, waitUntil }, compatibility);
    return { ...stage, name: "compatibility" };
  }

  /** The canary's own steps and numbers, a check a minute, on played metrics. */
  private canary(): Stage {
    const look = (): Check => {
      if (this.fate === "no traffic in the canary") return judge(undefined, undefined);
      return judge(this.fate === "errors in the canary" ? 0.95 : 0.999, 180);
    };
    let state = begun;
    const request: CanaryStageRequest = {
      name: "app",
      now: this.now,
      waitUntil: (time) => {
        if (time.getTime() % (numbers.intervalSeconds * 1000) === 0) state = advance(state, look());
        return this.waitUntil(time);
      },
      say: (text) => this.say(text),
      canary: {
        rollout: () => Promise.resolve(statusOf(state)),
        workload: () => Promise.resolve(undefined),
        analyses: () => Promise.resolve([]),
      },
      keep: digestOf,
    };
    return canaryStage(() => Promise.resolve(request));
  }

  private readonly rollout: Rollout = {
    foresee: (environment) => {
      const state = this.states[environment];
      const changes = { update: 1 };
      const plan = contentHash({ environment, state, plan: this.plans[environment] });
      return Promise.resolve({ plan, state: contentHash(state), changes });
    },
    run: async ({ environment, permit }) => {
      const fate = this.fates.shift() ?? "well";
      this.fate = fate;
      if (fate === "killed before it began") throw new Killed();
      await permit(() => this.rollout.foresee(environment));
      if (fate === "killed after the migration") throw new Killed();
      this.states[environment]++;
      const { meanwhile } = this;
      this.meanwhile = undefined;
      await meanwhile?.();
      if (fate === "killed after it began") throw new Killed();
      return result(environment, fate !== "a failing check");
    },
  };
}

/** What Argo Rollouts says of a canary in this state. */
function statusOf({ status, weight, failed }: CanaryState): RolloutStatus {
  const phase = { progressing: "Progressing", promoted: "Healthy", aborted: "Degraded", paused: "Paused" }[status];
  return {
    metadata: {},
    status: {
      phase,
      ...(status === "aborted" && { message: `aborted after ${failed} failed checks` }),
      ...(status === "paused" && { pauseConditions: [{ reason: "InconclusiveAnalysisRun" }] }),
      currentStepIndex: weight / numbers.stepPercent,
    },
  };
}

function stage(verdict: Verdict, summary: string): StageResult {
  return { verdict, summary, seconds: 1, fix: verdict === "passed" ? "" : "look at what it says" };
}

function result(environment: Environment, good: boolean): RolloutResult {
  return {
    status: good ? "verified" : "failed",
    reason: good ? "" : `${environment}/verify/EntryPoint: the entry point was not answered`,
    fix: good ? "" : "look at the entry point",
    kind: "failure",
    evidence: {
      run: "played",
      report: contentHash({ environment, good }),
      engine: "played",
      cluster: "none",
      checks: { [good ? "passed" : "failed"]: 1 },
      proofs: ["stand-in"],
      packs: [],
      advisories: 0,
    },
  };
}

const compatibility = compatibilitySchema.parse({
  application: "app",
  namespace: "app",
  database: `docker.io/library/postgres@${contentHash("17")}`,
  test: ["test"],
  expects: "\\d+ passed",
});

const imageOf = (version: string) => `registry.rehearsal.example/app@${contentHash(`image ${version}`)}`;

/** A record of no repository: what matters to the gates is who wrote it and that it differs from others. */
function record(version: string, author: string, app: string, migrations: Record<string, string>): ReleaseRecord {
  const digest = contentHash(version);
  return {
    schemaVersion: 1,
    source: { commit: digest.slice("sha256:".length).slice(0, 40), since: null, authors: [author], files: {} },
    images: { app },
    migrations: { ...migrations },
    charts: { app: { chart: "app", version } },
    configuration: { dev: {}, staging: {}, production: {} },
    policy: { name: "played", version, digest },
    tools: {},
  };
}
