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

/**
 * What a ledger can say. A promotion or rollback is a run: `started`, perhaps `resumed`, then `verified` or `failed`;
 * `run` is the number of its `started` entry.
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
    /** Fingerprint of the key, as `ssh-keygen -l` shows it. */
    key: words,
    /** The armoured signature over the statement made of the members above. */
    signature: words,
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
  z.strictObject({ kind: z.literal("verified"), environment, run: sequence, evidence: evidenceSchema }),
  z.strictObject({
    kind: z.literal("failed"),
    environment,
    run: sequence,
    reason: words,
    evidence: evidenceSchema.optional(),
  }),
  /** A promotion that was asked for and not begun. */
  z.strictObject({ kind: z.literal("refused"), environment, release: digest, obstacles: z.array(words).min(1) }),
  /** An incident: nothing is promoted there until then. */
  z.strictObject({ kind: z.literal("paused"), environment, until: moment, reason: words }),
  z.strictObject({ kind: z.literal("unpaused"), environment, reason: words }),
  /** A person lets a release that was rolled back be promoted again. */
  z.strictObject({ kind: z.literal("hold-lifted"), release: digest, reason: words }),
]);

export type LedgerEvent = z.infer<typeof eventSchema>;
export type EventOf<Kind extends LedgerEvent["kind"]> = Extract<LedgerEvent, { kind: Kind }>;
