import { z } from "zod";
import { SlipwayError } from "../../errors";
import type { GithubSettings } from "./settings";

const user = z.object({ login: z.string().toLowerCase(), type: z.string() });

/** https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request */
const pullSchema = z.object({
  number: z.int(),
  user,
  head: z.object({ sha: z.string() }),
  merge_commit_sha: z.string().nullable(),
});
/** https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request */
const reviewSchema = z.object({
  id: z.int(),
  // Null for an account that is gone.
  user: user.nullable(),
  body: z.string(),
  state: z.enum(["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]),
  commit_id: z.string().nullable(),
  html_url: z.string(),
});
/** https://docs.github.com/en/rest/actions/workflow-runs#get-a-workflow-run */
const runSchema = z.object({
  id: z.int(),
  head_sha: z.string(),
  html_url: z.string(),
});
/** https://docs.github.com/en/rest/actions/workflow-runs#get-the-review-history-for-a-workflow-run */
const approvalSchema = z.object({
  state: z.enum(["approved", "rejected", "pending"]),
  comment: z.string(),
  user,
  environments: z.array(z.object({ name: z.string() })),
});

export type Pull = z.infer<typeof pullSchema>;
export type Review = z.infer<typeof reviewSchema>;
export type WorkflowRun = z.infer<typeof runSchema>;
export type EnvironmentApproval = z.infer<typeof approvalSchema>;

/** What is read of a repository on GitHub. */
export interface Github {
  pull(number: number): Promise<Pull>;
  /** In the order they were submitted. */
  reviews(number: number): Promise<readonly Review[]>;
  run(id: number): Promise<WorkflowRun>;
  /** Who let a run go on into an environment that asks for reviewers. */
  approvals(id: number): Promise<readonly EnvironmentApproval[]>;
}

/** GitHub's REST version the forms above are of. */
const API_VERSION = "2022-11-28";
const ANSWER_SECONDS = 20;
/** Most a page holds, and far more pages than a pull request has reviews. */
const PAGE = 100;
const PAGES = 50;

/** Reads with a token of `pull-requests: read` and `actions: read`. */
export function createGithub({ repository, api }: GithubSettings, token: string): Github {
  const base = `${api.replace(/\/$/, "")}/repos/${repository}`;
  const ask = async (url: string): Promise<{ data: unknown; next: string | undefined }> => {
    let response: Response;
    try {
      response = await fetch(url, {
        redirect: "error",
        signal: AbortSignal.timeout(ANSWER_SECONDS * 1000),
        headers: {
          accept: "application/vnd.github+json",
          authorization: `Bearer ${token}`,
          "user-agent": "slipway",
          "x-github-api-version": API_VERSION,
        },
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw unreadable(url, cause instanceof Error ? cause.message : String(cause), error);
    }
    const text = await response.text();
    if (!response.ok) throw unreadable(url, refusalOf(response, text));
    // A page of another host would get the token.
    const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
    if (next !== undefined && !next.startsWith(`${base}/`)) throw unreadable(url, "its next page is another host's");
    return { data: json(text), next };
  };
  const form = <T>(url: string, schema: z.ZodType<T>, data: unknown): T => {
    const parsed = schema.safeParse(data);
    if (parsed.success) return parsed.data;
    throw unreadable(url, `it answered with something else than the API's form (${z.prettifyError(parsed.error)})`);
  };
  const one = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => {
    const { data } = await ask(`${base}${path}`);
    return form(path, schema, data);
  };
  const every = async <T>(path: string, schema: z.ZodType<T>): Promise<T[]> => {
    const found: T[] = [];
    let url: string | undefined = `${base}${path}?per_page=${PAGE}`;
    for (let page = 0; url !== undefined && page < PAGES; page++) {
      const answer: { data: unknown; next: string | undefined } = await ask(url);
      found.push(...form(path, z.array(schema), answer.data));
      url = answer.next;
    }
    if (url !== undefined) throw unreadable(path, `it has more than ${PAGE * PAGES} entries`);
    return found;
  };
  return {
    pull: (number) => one(`/pulls/${number}`, pullSchema),
    reviews: (number) => every(`/pulls/${number}/reviews`, reviewSchema),
    run: (id) => one(`/actions/runs/${id}`, runSchema),
    // This one is not paged.
    approvals: (id) => one(`/actions/runs/${id}/approvals`, z.array(approvalSchema)),
  };
}

function refusalOf({ status, headers }: Response, text: string): string {
  const said = (json(text) as { message?: unknown } | undefined)?.message;
  const message = typeof said === "string" ? said.slice(0, 200) : "no reason";
  const limited = status === 429 || (status === 403 && headers.get("x-ratelimit-remaining") === "0");
  if (!limited) return `${status}: ${message}`;
  const reset = Number(headers.get("x-ratelimit-reset"));
  const when = Number.isFinite(reset) && reset > 0 ? ` until ${new Date(reset * 1000).toISOString()}` : "";
  return `${status}: its rate limit is used up${when}`;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreadable(url: string, why: string, cause?: unknown): SlipwayError {
  return new SlipwayError(
    "github-unreadable",
    `GitHub cannot be read (${url}): ${why}`,
    "give a token that may read pull requests and actions of that repository in GITHUB_TOKEN, and see github: in promotion/rules.yaml",
    "failure",
    { cause },
  );
}
