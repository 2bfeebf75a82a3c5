import type { RecordedApproval } from "../approval/approvals";
import { statementText, type Statement } from "../approval/statement";
import { digestOf } from "../canonical";
import type { Person, Rules } from "../rules";
import type { Github, Review } from "./client";

/** Where on GitHub something was approved. */
export interface GithubSource {
  /** A review of a pull request, or the approval of a workflow run's environment. */
  readonly kind: "review" | "environment";
  /** Number of the pull request, or id of the run. */
  readonly subject: number;
}

/** An approval as GitHub has it now. */
export interface GithubApproval extends GithubSource {
  readonly login: string;
  readonly url: string;
}

/**
 * What has to stand in the review's text, or in the comment of the environment's approval: it binds a click to release,
 * plan, state and expiry, and what is changed after it voids it.
 */
export function approvalLine(statement: Statement): string {
  return `slipway approves ${digestOf(statementText(statement))}`;
}

export interface GithubRequest {
  readonly github: Github;
  readonly source: GithubSource;
  readonly statement: Statement;
  /** Source commit of the release. */
  readonly commit: string;
}

/**
 * Approvals of this very statement, as GitHub has them at this moment: of the commit the release is made of, by people,
 * each person's last word. `ignored` says why others do not count.
 */
export async function readApprovals({
  github,
  source,
  statement,
  commit,
}: GithubRequest): Promise<{ readonly approvals: readonly GithubApproval[]; readonly ignored: readonly string[] }> {
  const line = approvalLine(statement);
  return source.kind === "review"
    ? ofReviews(github, source, commit, line)
    : ofEnvironment(github, source, commit, line, statement.environment);
}

type Found = { approvals: GithubApproval[]; ignored: string[] };

async function ofReviews(github: Github, source: GithubSource, commit: string, line: string): Promise<Found> {
  const pull = await github.pull(source.subject);
  const place = `pull request ${source.subject}`;
  const commits = [pull.head.sha, pull.merge_commit_sha];
  if (!commits.includes(commit)) return { approvals: [], ignored: [`${place} is of another commit, ${pull.head.sha}`] };
  const last = new Map<string, Review>();
  for (const review of await github.reviews(source.subject)) {
    // A comment does not take an approval back, and nobody else sees what is pending.
    if (review.user !== null && review.state !== "COMMENTED" && review.state !== "PENDING") {
      last.set(review.user.login, review);
    }
  }
  const found: Found = { approvals: [], ignored: [] };
  for (const [login, { state, body, commit_id, html_url: url, user }] of last) {
    const why =
      state !== "APPROVED"
        ? `their last review is ${state.toLowerCase().replace("_", " ")}`
        : user?.type !== "User"
          ? "it is no person"
          : login === pull.user.login
            ? "they opened it"
            : commit_id !== pull.head.sha
              ? `it is of ${commit_id ?? "no commit"}, and the pull request has changed since`
              : said(body, line);
    if (why === undefined) found.approvals.push({ ...source, login, url });
    else found.ignored.push(`the review of ${place} by ${login} does not count: ${why}`);
  }
  return found;
}

async function ofEnvironment(
  github: Github,
  source: GithubSource,
  commit: string,
  line: string,
  environment: string,
): Promise<Found> {
  const run = await github.run(source.subject);
  const place = `run ${source.subject}`;
  if (run.head_sha !== commit) return { approvals: [], ignored: [`${place} is of another commit, ${run.head_sha}`] };
  const found: Found = { approvals: [], ignored: [] };
  for (const { state, comment, user, environments } of await github.approvals(source.subject)) {
    if (!environments.some(({ name }) => name === environment)) continue;
    const why =
      state !== "approved" ? `it is ${state}` : user.type !== "User" ? "it is no person" : said(comment, line);
    if (why === undefined) found.approvals.push({ ...source, login: user.login, url: run.html_url });
    else found.ignored.push(`the approval of ${place} by ${user.login} does not count: ${why}`);
  }
  return found;
}

/** Why a text does not approve the statement; undefined when it does. */
function said(text: string, line: string): string | undefined {
  if (text.split(/\r?\n/).some((one) => one.trim() === line)) return undefined;
  return /slipway approves sha256:/.test(text)
    ? "it approves something else: release, plan, state or expiry has changed since"
    : `it does not say "${line}"`;
}

/** Whose login it is, by the rules. */
export function personOf(rules: Pick<Rules, "people">, login: string): Person | undefined {
  return rules.people.find(({ github }) => github === login);
}

/** Asks GitHub again for approvals that were recorded from there. @returns the entries it confirms. */
export async function confirm(
  github: Github,
  target: Statement["target"],
  recorded: readonly RecordedApproval[],
  commitOf: (release: string) => Promise<string>,
): Promise<ReadonlySet<number>> {
  const confirmed = new Set<number>();
  for (const { sequence, event } of recorded) {
    if (event.github === undefined) continue;
    const { environment, release, plan, state, expires, github: given } = event;
    const statement = { target, environment, release, plan, state, expires };
    const commit = await commitOf(release);
    const { approvals } = await readApprovals({ github, source: given, statement, commit });
    if (approvals.some(({ login }) => login === given.login)) confirmed.add(sequence);
  }
  return confirmed;
}
