import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

interface Review {
  login: string;
  state: string;
  body: string;
  commit?: string;
  type?: string;
}
interface Approval {
  login: string;
  state: string;
  comment: string;
  environments: string[];
  type?: string;
}

/**
 * GitHub's REST API as far as approvals are read from it, in the form it is published (2022-11-28): one repository, a
 * token, the API's own headers; pages by Link; what is not there is 404 with GitHub's message. It takes no writes.
 */
export class GithubFake {
  readonly pulls = new Map<number, { author: string; head: string; merge: string | null; reviews: Review[] }>();
  readonly runs = new Map<number, { head: string; approvals: Approval[] }>();
  /** Answered to the next request instead. */
  next: { status: number; headers?: Record<string, string>; body: unknown } | undefined;
  readonly asked: string[] = [];
  /** GitHub's most is 100. */
  pageSize = 2;
  private address = "";

  constructor(
    private readonly repository: string,
    private readonly token: string,
  ) {}

  private readonly server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", this.address);
    const send = (status: number, body: unknown, headers: Record<string, string> = {}) => {
      response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
      response.end(JSON.stringify(body));
    };
    const { next } = this;
    this.next = undefined;
    if (next !== undefined) return send(next.status, next.body, next.headers);
    if (request.method !== "GET") return send(405, { message: "Method Not Allowed" });
    if (!request.headers["user-agent"]) return send(403, { message: "Request forbidden by administrative rules." });
    if (request.headers.authorization !== `Bearer ${this.token}`) return send(401, { message: "Bad credentials" });
    if (
      request.headers.accept !== "application/vnd.github+json" ||
      request.headers["x-github-api-version"] !== "2022-11-28"
    ) {
      return send(400, { message: "not asked as documented" });
    }
    this.asked.push(url.pathname);
    const place = url.pathname.replace(`/repos/${this.repository}`, "");
    const [, kind, number, what] = /^\/(pulls|actions\/runs)\/(\d+)(?:\/(reviews|approvals))?$/.exec(place) ?? [];
    const id = Number(number);
    const user = (login: string, type = "User") => ({ login, id: 1, type, site_admin: false });
    const missing = () => send(404, { message: "Not Found", documentation_url: "https://docs.github.com/rest" });
    if (kind === "pulls") {
      const pull = this.pulls.get(id);
      if (pull === undefined) return missing();
      if (what === undefined) {
        return send(200, {
          number: id,
          state: "open",
          user: user(pull.author),
          head: { ref: "feature", sha: pull.head },
          merge_commit_sha: pull.merge,
        });
      }
      if (what !== "reviews") return missing();
      const page = Number(url.searchParams.get("page") ?? "1");
      const size = Math.min(this.pageSize, Number(url.searchParams.get("per_page") ?? "30"));
      const all = pull.reviews.map((review, index) => ({
        id: index + 1,
        user: review.login === "" ? null : user(review.login, review.type),
        body: review.body,
        state: review.state,
        commit_id: review.commit ?? pull.head,
        html_url: `https://github.example/${this.repository}/pull/${id}#pullrequestreview-${index + 1}`,
        submitted_at: "2026-01-06T08:00:00Z",
        author_association: "MEMBER",
      }));
      const more = all.length > page * size;
      const next = `${this.address}${url.pathname}?per_page=${size}&page=${page + 1}`;
      return send(200, all.slice((page - 1) * size, page * size), more ? { link: `<${next}>; rel="next"` } : {});
    }
    const run = this.runs.get(id);
    if (kind === undefined || run === undefined) return missing();
    if (what === undefined) {
      return send(200, { id, head_sha: run.head, html_url: `https://github.example/run/${id}`, status: "waiting" });
    }
    if (what !== "approvals") return missing();
    return send(
      200,
      run.approvals.map(({ login, type, environments, ...rest }) => ({
        ...rest,
        user: user(login, type),
        environments: environments.map((name, index) => ({ id: index, name })),
      })),
    );
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return (this.address = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`);
  }
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
