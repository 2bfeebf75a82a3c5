import { SlipwayError } from "../../errors";
import type { Environment } from "../environment";
import type { EventOf } from "../event";
import type { Person, Rules } from "../rules";
import { signerOf } from "./allowed-signers";
import { verifySignature } from "./sshsig";
import { statementText, type Statement } from "./statement";

export interface RecordedApproval {
  /** Of its ledger entry. */
  readonly sequence: number;
  readonly event: EventOf<"approved">;
}

export interface ApprovalRequest extends Omit<Statement, "expires"> {
  readonly rules: Rules;
  /** Who wrote what the release contains. */
  readonly authors: readonly string[];
  /** Approvals for this environment that no promotion was begun with yet. */
  readonly recorded: readonly RecordedApproval[];
  /** Entries of approvals without a signature that GitHub has just confirmed. */
  readonly vouched?: ReadonlySet<number>;
  /** Where the environment before verified this release: who signed earlier signed what was not proven (D2.1). */
  readonly proven?: { readonly environment: Environment; readonly entry: number } | undefined;
  readonly now: Date;
}

export interface ApprovalVerdict {
  /** Entries of the approvals that count. */
  readonly counted: readonly number[];
  /** What is missing and who can give it, one sentence each; empty when nothing is. */
  readonly missing: readonly string[];
  /** Why a recorded approval does not count. */
  readonly ignored: readonly string[];
}

/**
 * Counts approvals: N of M distinct people by role, authors excluded, each bound to release, plan and state (D2.3).
 * Everything is judged anew, the signatures included: what the ledger says of them is not believed. Pure.
 */
export function judgeApprovals(request: ApprovalRequest): ApprovalVerdict {
  const wanted = slots(request);
  const ignored: string[] = [];
  const valid = new Map<string, RecordedApproval>();
  for (const one of request.recorded) {
    const why = valid.has(one.event.person) ? "one person counts once" : worthless(one, request);
    if (why === undefined) valid.set(one.event.person, one);
    else ignored.push(`the approval by ${one.event.person} (entry ${one.sequence}) does not count: ${why}`);
  }
  const people = request.rules.people.filter(({ email }) => valid.has(email));
  const filled = match(wanted, people);
  return {
    counted: [...filled.values()].map(({ email }) => valid.get(email)?.sequence ?? 0).toSorted((a, b) => a - b),
    missing: wanted.flatMap((_, slot) => (filled.has(slot) ? [] : [missing(slot, wanted, filled, request)])),
    ignored,
  };
}

/** One place per approval that is wanted, by its role. */
function slots({ rules, environment }: ApprovalRequest): string[] {
  const { approvals } = rules.environments[environment];
  return Object.entries(approvals).flatMap(([role, count]) => Array.from({ length: count }, () => role));
}

/** Why an approval does not count; undefined when it does. */
function worthless({ sequence, event }: RecordedApproval, request: ApprovalRequest): string | undefined {
  const { environment, release, plan, state, target, rules, now, proven } = request;
  if (event.environment !== environment) return `it is for ${event.environment}`;
  if (event.release !== release) return `it is for another release, ${event.release}`;
  if (event.plan !== plan)
    return `it is for another plan (${event.plan}): what the promotion would do has changed since`;
  if (event.state !== state) return `it is for another state (${event.state}): ${environment} has changed since`;
  if (proven !== undefined && sequence < proven.entry) {
    return `it was given before ${proven.environment} had verified this release`;
  }
  if (new Date(event.expires) <= now) return `it expired at ${event.expires}`;
  const longest = new Date(now.getTime() + rules.approvalHours * 3_600_000);
  if (new Date(event.expires) > longest)
    return `it would last longer than the ${rules.approvalHours} h that are allowed`;
  if (event.signature === undefined) return unvouched(sequence, event, request) ?? unfit(event.person, request);
  const signer = signerOfStatement(
    statementText({ target, environment, release, plan, state, expires: event.expires }),
    event.signature,
    rules,
    now,
  );
  if ("why" in signer) return signer.why;
  if (signer.person !== event.person) return `it is signed with the key of ${signer.person}`;
  return unfit(signer.person, request);
}

/** Why an approval given on GitHub does not count; undefined when GitHub has it, by the account of this very person. */
function unvouched(
  sequence: number,
  { github, person }: EventOf<"approved">,
  { rules, vouched }: ApprovalRequest,
): string | undefined {
  if (github === undefined) return "it has neither a signature nor a place on GitHub";
  const owner = rules.people.find((one) => one.github === github.login)?.email;
  if (owner !== person) return `the GitHub account ${github.login} is not that of ${person}`;
  if (vouched?.has(sequence) === true) return undefined;
  return `GitHub does not confirm it now (${github.url}); give GITHUB_TOKEN, or have it given again`;
}

/** Whose signature this is, over this very text; otherwise why it counts for nobody. */
export function signerOfStatement(
  text: string,
  signature: string,
  rules: Rules,
  now: Date,
): { readonly person: string; readonly key: string } | { readonly why: string } {
  try {
    const { fingerprint } = verifySignature(signature, text);
    const signer = signerOf(rules.signers, fingerprint, now);
    return "why" in signer ? signer : { person: signer.person, key: fingerprint };
  } catch (error) {
    if (error instanceof SlipwayError) return { why: error.message };
    throw error;
  }
}

/** Why this person cannot approve this release here, whatever is signed; undefined for who can. */
export function unfit(
  person: string,
  { rules, environment, authors }: Pick<ApprovalRequest, "rules" | "environment" | "authors">,
): string | undefined {
  const found = rules.people.find(({ email }) => email === person);
  const roles = Object.keys(rules.environments[environment].approvals);
  if (found === undefined || !found.roles.some((role) => roles.includes(role))) {
    return `${person} has none of the roles that approve for ${environment} (${roles.join(", ") || "none are wanted"})`;
  }
  return isAuthor(found, authors)
    ? `${person} wrote part of this release, and an author does not approve it`
    : undefined;
}

function isAuthor({ email, alsoKnownAs }: Person, authors: readonly string[]): boolean {
  return [email, ...alsoKnownAs].some((address) => authors.includes(address));
}

/** What an unfilled slot wants, and who could fill it: directly, or by letting somebody with two hats change over. */
function missing(slot: number, wanted: readonly string[], filled: Filled, request: ApprovalRequest): string {
  const { rules, environment, authors } = request;
  const role = wanted[slot] ?? "";
  const given = [...filled.values()];
  const others = wanted.flatMap((_, other) => (other === slot || filled.has(other) ? [] : [other]));
  const able = rules.people.filter(
    (person) =>
      !given.includes(person) && !isAuthor(person, authors) && place(person, wanted, new Map(filled), new Set(others)),
  );
  const why = rules.people
    .filter((person) => person.roles.includes(role) && !able.includes(person))
    .map(
      (person) =>
        `${person.email} ${isAuthor(person, authors) ? "wrote part of it" : "has approved already and counts once"}`,
    );
  const without = able.filter(
    ({ email, github }) => github === undefined && !rules.signers.some(({ person }) => person === email),
  );
  return [
    `an approval for ${environment} by a ${role} is missing`,
    able.length > 0
      ? `${able.map(({ email }) => email).join(" or ")} can give it`
      : `nobody can give it: ${why.join(", ")}; another ${role} is needed`,
    ...(without.length > 0
      ? [`no key of ${without.map(({ email }) => email).join(", ")} is in the allowed-signers file yet`]
      : []),
  ].join("; ");
}

/** Slot → who fills it. */
type Filled = Map<number, Person>;

/** As many slots filled as can be, each by one person who holds its role. */
function match(wanted: readonly string[], people: readonly Person[]): Filled {
  const filled: Filled = new Map();
  for (const person of people) place(person, wanted, filled, new Set());
  return filled;
}

/** Finds a slot for one more person, moving others where that helps: an augmenting path over a handful of people. */
function place(person: Person, wanted: readonly string[], filled: Filled, tried: Set<number>): boolean {
  for (const [slot, role] of wanted.entries()) {
    if (tried.has(slot) || !person.roles.includes(role)) continue;
    tried.add(slot);
    const holder = filled.get(slot);
    if (holder === undefined || place(holder, wanted, filled, tried)) {
      filled.set(slot, person);
      return true;
    }
  }
  return false;
}
