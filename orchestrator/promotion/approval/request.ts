import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { SlipwayError } from "../../errors";
import { fileError, writeFileWhole } from "../../rollout/files";
import type { Entry } from "../entry";
import type { EventOf } from "../event";
import { personOf, readApprovals, type GithubSource } from "../github/approvals";
import type { Github } from "../github/client";
import type { Eventual } from "../ledger";
import type { Environment } from "../environment";
import { provenBefore, unproven } from "../gates";
import { vouchedBy, type PromotionWork } from "../promote";
import { standingOf } from "../standing";
import { short } from "../words";
import { judgeApprovals, signerOfStatement, unfit } from "./approvals";
import { parseStatement, statementText, type Statement } from "./statement";

export interface ApprovalWork extends PromotionWork {
  readonly release: string;
  /** The target's folder below the state directory: statements are written into it. */
  readonly base: string;
}

/** What somebody is asked to sign. */
export interface ApprovalInvitation {
  readonly file: string;
  readonly text: string;
  /** What the promotion would change, by engine operation. */
  readonly changes: Readonly<Record<string, number>>;
  /** What is missing still, and who can give it. */
  readonly missing: readonly string[];
}

/**
 * Writes the statement to sign for a release as things are now. As long as nothing changes it is the same statement, so
 * that several people can sign one file.
 */
export async function inviteApproval(work: ApprovalWork): Promise<ApprovalInvitation> {
  const { environment, release, target, rules, store, rollout, now } = work;
  await requireWanted(work);
  const { plan, state, changes } = await rollout.foresee(environment, release);
  const file = statementFile(work);
  const said = { target, environment, release, plan, state };
  const expires = new Date(now().getTime() + rules.approvalHours * 3_600_000).toISOString();
  const kept = keptStatement(file);
  const same =
    kept !== undefined &&
    kept.expires > now().toISOString() &&
    statementText({ ...said, expires: kept.expires }) === statementText(kept);
  const text = statementText({ ...said, expires: same ? kept.expires : expires });
  writeFileWhole(file, text);
  const { authors } = (await store.releases.get(release)).source;
  const standing = standingOf(await store.ledger.read());
  const recorded = standing.environments[environment].approvals;
  const proven = provenBefore(standing, environment);
  const vouched = await vouchedBy(work);
  const { missing } = judgeApprovals({ ...said, rules, authors, recorded, vouched, proven, now: now() });
  return { file, text, changes, missing };
}

/** Where the statement for a release and an environment is kept. */
export function statementFile({
  base,
  environment,
  release,
}: Pick<ApprovalWork, "base" | "environment" | "release">): string {
  return path.join(base, "approvals", `${environment}-${short(release)}.txt`);
}

/**
 * Records a signature over a statement. Whose it is and whether that person can approve is judged here, so that nobody
 * waits for an approval that will never count; everything is judged again at the promotion.
 *
 * @throws SlipwayError `approval-refused` (refused) saying why and who can approve.
 */
export async function recordApproval(work: ApprovalWork, signature: string, text: string): Promise<Entry> {
  const { environment, release, target, rules, store, now } = work;
  await requireWanted(work);
  const statement = parseStatement(text);
  const { authors } = (await store.releases.get(release)).source;
  const signer = signerOfStatement(text, signature, rules, now());
  const why =
    mismatch(statement, { target, environment, release }) ??
    lifetime(statement.expires, rules.approvalHours, now()) ??
    ("why" in signer ? signer.why : unfit(signer.person, { rules, environment, authors }));
  if (why !== undefined || "why" in signer) throw refused(work, authors, why ?? "");
  return append(work, authors, { kind: "approved", ...saidBy(statement), ...signer, signature });
}

/** What of a statement the ledger keeps; its target is the ledger's own. */
function saidBy({ target: _, ...said }: Statement): Omit<Statement, "target"> {
  return said;
}

/** Writes an approval down, once per person and statement. */
function append(work: ApprovalWork, authors: readonly string[], event: EventOf<"approved">): Eventual<Entry> {
  return work.store.ledger.append(work.by, (entries) => {
    const standing = standingOf(entries);
    const proven = provenBefore(standing, work.environment)?.entry ?? 0;
    const known = standing.environments[work.environment].approvals.filter(({ sequence }) => sequence > proven);
    const twice = known.some(({ event: other }) =>
      (["person", "plan", "state", "release", "expires"] as const).every((key) => other[key] === event[key]),
    );
    if (twice) throw refused(work, authors, `${event.person} has approved this already, and one person counts once`);
    return event;
  });
}

/**
 * Records what was approved on GitHub: each approval of the statement by somebody who can approve, once.
 * @throws SlipwayError `approval-refused` (refused) saying why none counts, and who can approve.
 */
export async function recordGithub(
  work: ApprovalWork,
  github: Github,
  source: GithubSource,
  text: string,
): Promise<Entry[]> {
  const { environment, release, target, rules, store, now } = work;
  await requireWanted(work);
  const statement = parseStatement(text);
  const { authors, commit } = (await store.releases.get(release)).source;
  const wrong =
    mismatch(statement, { target, environment, release }) ?? lifetime(statement.expires, rules.approvalHours, now());
  if (wrong !== undefined) throw refused(work, authors, wrong);
  const { approvals, ignored } = await readApprovals({ github, source, statement, commit });
  const entries: Entry[] = [];
  const why = [...ignored];
  for (const { login, url, kind, subject } of approvals) {
    const person = personOf(rules, login)?.email;
    const objection =
      person === undefined
        ? `${login} is nobody's GitHub account in the rules`
        : unfit(person, { rules, environment, authors });
    if (person === undefined || objection !== undefined) {
      why.push(objection ?? "");
      continue;
    }
    const event: EventOf<"approved"> = {
      ...{ kind: "approved", ...saidBy(statement), person, key: `github:${login}` },
      github: { kind, subject, login, url },
    };
    try {
      entries.push(await append(work, authors, event));
    } catch (error) {
      if (!(error instanceof SlipwayError) || error.code !== "approval-refused") throw error;
      why.push(error.message);
    }
  }
  if (entries.length > 0) return entries;
  const place = source.kind === "review" ? `pull request ${source.subject}` : `run ${source.subject}`;
  throw refused(work, authors, why.length > 0 ? why.join("; ") : `nobody has approved ${place} for ${environment} yet`);
}

/** @throws SlipwayError `approval-not-wanted` where nobody approves, `approval-refused` for what nobody has seen work. */
async function requireWanted({ rules, environment, release, store }: ApprovalWork): Promise<void> {
  if (Object.keys(rules.environments[environment].approvals).length === 0) {
    throw new SlipwayError(
      "approval-not-wanted",
      `nobody has to approve for ${environment}`,
      `go on: slipway promote RELEASE --to ${environment}`,
      "usage",
    );
  }
  // A sign-off is of what was seen to work, not of what may come (D2.1).
  const why = unproven({ standing: standingOf(await store.ledger.read()), environment, release, rules });
  if (why === undefined) return;
  throw new SlipwayError(
    "approval-refused",
    `there is nothing to approve yet: ${why}`,
    "approve it when it is proven there",
    "refused",
  );
}

function mismatch(
  statement: Statement,
  wanted: { target: string; environment: Environment; release: string },
): string | undefined {
  for (const key of ["target", "environment", "release"] as const) {
    if (statement[key] !== wanted[key]) return `the statement is for ${key} ${statement[key]}, not ${wanted[key]}`;
  }
  return undefined;
}

/** Why an expiry is none that counts; undefined when it does. */
function lifetime(expires: string, hours: number, now: Date): string | undefined {
  const left = Date.parse(expires) - now.getTime();
  if (left <= 0) return `the statement expired at ${expires}`;
  return left > hours * 3_600_000 ? `the statement would last longer than the ${hours} h that are allowed` : undefined;
}

function refused({ rules, environment }: ApprovalWork, authors: readonly string[], why: string): SlipwayError {
  const able = rules.people.filter(({ email }) => unfit(email, { rules, environment, authors }) === undefined);
  return new SlipwayError(
    "approval-refused",
    `this approval was not recorded: ${why}`,
    able.length > 0
      ? `for ${environment} these can approve: ${able.map(({ email, roles }) => `${email} (${roles.join(", ")})`).join(", ")}`
      : `nobody in the rules can approve this release for ${environment}: name people who did not write it`,
    "refused",
  );
}

function keptStatement(file: string): Statement | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return parseStatement(readFileSync(file, "utf8"));
  } catch (error) {
    // A file somebody edited is worth nothing and is written anew.
    if (error instanceof SlipwayError) return undefined;
    throw fileError(error, file);
  }
}
