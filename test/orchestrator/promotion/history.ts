import { statementText } from "../../../orchestrator/promotion/approval/statement";
import { contentHash } from "../../../orchestrator/promotion/canonical";
import { follow, type Entry } from "../../../orchestrator/promotion/entry";
import type { Environment } from "../../../orchestrator/promotion/environment";
import type { LedgerEvent, WatchVerdict } from "../../../orchestrator/promotion/event";
import { decidePromotion, decideRollback, type Decision, type Way } from "../../../orchestrator/promotion/gates";
import { addressOf, type Name, type People } from "../../../orchestrator/promotion/rehearsal/people";
import { standingOf } from "../../../orchestrator/promotion/standing";
import { anEvidence } from "./values";

/** A ledger in memory and the world it speaks of: what happens is asked of the real gates and then written down. */
export class History {
  readonly entries: Entry[] = [];
  private readonly drift: Record<Environment, number> = { dev: 0, staging: 0, production: 0 };
  /** A Tuesday morning. */
  private milliseconds = Date.parse("2026-01-06T08:00:00Z");

  constructor(
    private readonly people: People,
    /** Release → mail addresses of who wrote it. */
    private readonly authors: Readonly<Record<string, readonly string[]>>,
  ) {}

  get now(): Date {
    return new Date(this.milliseconds);
  }
  get standing() {
    return standingOf(this.entries);
  }
  pass(hours: number): this {
    this.milliseconds += hours * 3_600_000;
    return this;
  }
  write(event: LedgerEvent): Entry {
    const entry = follow(this.entries.at(-1), this.now, "test", event);
    this.entries.push(entry);
    return entry;
  }

  make(release: string): this {
    this.write({ kind: "released", release });
    return this;
  }
  /** Somebody changes the environment behind everybody's back. */
  drifts(environment: Environment): this {
    this.drift[environment]++;
    return this;
  }
  /** What a preview would say of the environment as it is. */
  foreseen(environment: Environment, release: string) {
    const { run } = this.standing.environments[environment];
    const state = contentHash([run?.sequence ?? 0, run?.status ?? "none", this.drift[environment]]);
    return { plan: contentHash([release, state]), state };
  }
  approve(name: Name, environment: Environment, release: string, hours = 24): this {
    const expires = new Date(this.milliseconds + hours * 3_600_000).toISOString();
    const statement = {
      target: "rehearsal",
      environment,
      release,
      ...this.foreseen(environment, release),
      expires,
    } as const;
    const { target: _, ...said } = statement;
    const signature = this.people.signers[name].sign(statementText(statement));
    this.write({ kind: "approved", ...said, person: addressOf(name), key: "SHA256:told", signature });
    return this;
  }
  /** Asks the gate; what it lets through is begun. */
  promote(release: string, environment: Environment): Decision {
    const foreseen = this.foreseen(environment, release);
    const decision = decidePromotion({
      standing: this.standing,
      target: "rehearsal",
      environment,
      release,
      authors: this.authors[release] ?? [],
      rules: this.people.rules,
      now: this.now,
      foreseen,
    });
    if (decision.kind === "go") {
      const approvals = [...decision.approvals];
      const rules = this.people.rules.digest;
      this.write({ kind: "started", environment, release, purpose: "promotion", ...foreseen, approvals, rules });
    }
    if (decision.kind === "resume") this.write({ kind: "resumed", environment, run: decision.run });
    return decision;
  }
  rollback(environment: Environment): Way {
    const way = decideRollback(this.standing, environment);
    if (way.kind === "go") {
      const { release } = way;
      const rules = this.people.rules.digest;
      const foreseen = this.foreseen(environment, release);
      this.write({ kind: "started", environment, release, purpose: "rollback", ...foreseen, approvals: [], rules });
    }
    if (way.kind === "resume") this.write({ kind: "resumed", environment, run: way.run });
    return way;
  }
  /** The running rollout ends; nothing happens where none runs. */
  end(environment: Environment, result: "verified" | "failed"): this {
    const { run } = this.standing.environments[environment];
    if (run?.status !== "unfinished") return this;
    if (result === "verified") this.write({ kind: "verified", environment, run: run.sequence, evidence: anEvidence() });
    else this.write({ kind: "failed", environment, run: run.sequence, reason: "a check failed" });
    return this;
  }

  /** The watch of what runs there ends; nothing happens where nothing is watched. */
  watch(environment: Environment, verdict: WatchVerdict): this {
    const { run } = this.standing.environments[environment];
    if (this.people.rules.environments[environment].watch === undefined) return this;
    if (run?.status !== "verified" || run.purpose === "rollback") return this;
    if (run.watched !== undefined && run.watched.verdict !== "inconclusive") return this;
    const [from, until] = [run.endedAt ?? "", this.now.toISOString()];
    this.write({
      kind: "watched",
      environment,
      run: run.sequence,
      verdict,
      from,
      until,
      samples: 30,
      summary: "x",
      signals: {},
    });
    return this;
  }

  /** The whole way to production, at a good time of the week. */
  toStaging(release: string): this {
    if (!this.standing.released.has(release)) this.make(release);
    this.promote(release, "dev");
    this.end("dev", "verified");
    this.approve("lead", "staging", release).approve("qa", "staging", release);
    this.promote(release, "staging");
    return this.end("staging", "verified");
  }
  toProduction(release: string, soakHours = 24): this {
    this.toStaging(release).pass(soakHours);
    this.approve("manager", "production", release).approve("owner", "production", release);
    this.promote(release, "production");
    return this.end("production", "verified").watch("production", "good");
  }
}
