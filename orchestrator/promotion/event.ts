import { z } from "zod";
import { DIGEST } from "./canonical";
import { environments } from "./environment";

const digest = z.string().regex(DIGEST);
const environment = z.enum(environments);
/** RFC 3339 in UTC with milliseconds, as `Date.toISOString` writes it. */
export const moment = z.iso.datetime({ precision: 3 });
/** Number of a ledger entry. */
const sequence = z.int().positive();
const words = z.string().min(1);

/** What proved a promotion, in figures and names; the full report is known by its digest. */
export const evidenceSchema = z.strictObject({
  /** Id of the rollout's run, which names its report. */
  run: words,
  report: digest,
  /** What ran it, against what: an installed CLI or the built-in engine, a real cluster or a stand-in. */
  engine: words,
  cluster: words,
  /** Checks by verdict. */
  checks: z.record(z.string(), z.int().nonnegative()),
  /** What the results rest on (stand-in, real cloud, …). */
  proofs: z.array(words),
  /** Policy packs that judged, and how many rules were broken without stopping anything. */
  packs: z.array(words),
  advisories: z.int().nonnegative(),
});

export type Evidence = z.infer<typeof evidenceSchema>;

/** How a stage of a promotion ended. Only `passed` goes on: what could not be judged was not proven (D2.1, D5.3). */
export const verdicts = ["passed", "failed", "inconclusive", "errored"] as const;
export type Verdict = (typeof verdicts)[number];

/** How a watch ended: what runs is as before the deploy, is worse, or could not be judged. */
export const watchVerdicts = ["good", "breach", "inconclusive"] as const;
export type WatchVerdict = (typeof watchVerdicts)[number];

/**
 * What a ledger can say. A promotion or rollback is a run: `started`, perhaps `resumed`, a `stage` for each thing proven
 * on the way, then `verified` or `failed`; where the rules ask for a watch, `watched` follows. `run` is the number of
 * its `started` entry.
 */
export const eventSchema = z.discriminatedUnion("kind", [
  /** A record was made. */
  z.strictObject({ kind: z.literal("released"), release: digest }),
  /** Somebody signed that this release may enter this environment as it then was. */
  z.strictObject({
    kind: z.literal("approved"),
    environment,
    release: digest,
    plan: digest,
    state: digest,
    expires: moment,
    /** Mail address of the signer, as the people file had it. */
    person: words,
    /** Fingerprint of the key, as `ssh-keygen -l` shows it; `github:` and a login for an approval given there. */
    key: words,
    /** The armoured signature over the statement made of the members above. */
    signature: words.optional(),
    /** Without a signature: where on GitHub it was given. GitHub is asked again whenever it is to count. */
    github: z
      .strictObject({ kind: z.enum(["review", "environment"]), subject: z.int().positive(), login: words, url: words })
      .optional(),
  }),
  z.strictObject({
    kind: z.literal("started"),
    environment,
    release: digest,
    purpose: z.enum(["promotion", "rollback"]),
    plan: digest,
    state: digest,
    /** Entries of the approvals it rests on. */
    approvals: z.array(sequence),
    /** Digest of the rules it was judged by. */
    rules: digest,
  }),
  z.strictObject({ kind: z.literal("resumed"), environment, run: sequence }),
  /** A migration, a gate or another stage of a run ended. */
  z.strictObject({
    kind: z.literal("stage"),
    environment,
    run: sequence,
    stage: words,
    verdict: z.enum(verdicts),
    /** One line: what was found. */
    summary: words,
    seconds: z.number().nonnegative(),
    /** Digest of the output that is kept beside the ledger. */
    evidence: digest.optional(),
  }),
  z.strictObject({ kind: z.literal("verified"), environment, run: sequence, evidence: evidenceSchema }),
  z.strictObject({
    kind: z.literal("failed"),
    environment,
    run: sequence,
    reason: words,
    evidence: evidenceSchema.optional(),
  }),
  /** What runs was watched, against what ran before (D6.1). */
  z.strictObject({
    kind: z.literal("watched"),
    environment,
    run: sequence,
    verdict: z.enum(watchVerdicts),
    from: moment,
    until: moment,
    /** Times that were looked at. */
    samples: z.int().nonnegative(),
    /** One line: what was found. */
    summary: words,
    /** Signal → its value before the deploy, where there was one, and the worst one after it. */
    signals: z.record(z.string(), z.strictObject({ before: z.number().nullable(), worst: z.number().nullable() })),
  }),
  /** A promotion that was asked for and not begun. */
  z.strictObject({ kind: z.literal("refused"), environment, release: digest, obstacles: z.array(words).min(1) }),
  /**
   * An incident: nothing is promoted there until then. With an application, GitOps does not synchronise that one either
   * (C7.2); what would be promoted would not be delivered.
   */
  z.strictObject({
    kind: z.literal("paused"),
    environment,
    application: words.optional(),
    until: moment,
    reason: words,
  }),
  z.strictObject({ kind: z.literal("unpaused"), environment, application: words.optional(), reason: words }),
  /** A person lets a release that was rolled back be promoted again. */
  z.strictObject({ kind: z.literal("hold-lifted"), release: digest, reason: words }),
]);

export type LedgerEvent = z.infer<typeof eventSchema>;
export type EventOf<Kind extends LedgerEvent["kind"]> = Extract<LedgerEvent, { kind: Kind }>;
