import { stringify } from "yaml";
import { actions, withTags } from "./pins";
import { previewWorkflows } from "./previews";
import { commands, DRIFT_CRON, MINUTES, NODE, type PipelineSettings } from "./settings";

const ENVIRONMENTS = ["dev", "staging", "production"];
const READ = { contents: "read" };
/** For a role of AWS by OIDC: no key is stored anywhere. */
const FEDERATED = { contents: "read", "id-token": "write" };
/** For approvals given on GitHub, which are read again at every promotion. */
const APPROVED = { ...FEDERATED, "pull-requests": "read", actions: "read" };

type Step = Readonly<Record<string, unknown>>;

/** Whole history: who wrote what decides who may approve (D2.3). */
const checkout: Step = { uses: actions.checkout, with: { "persist-credentials": false, "fetch-depth": 0 } };
const node: Step = { uses: actions.node, with: NODE };
const run = (name: string, command: string): Step => ({ name, run: command });

/** Workflows of GitHub Actions, by path. Pure. */
export function githubWorkflows(settings: PipelineSettings): Map<string, string> {
  const { branch, region, runner, stateDirectory } = settings;
  const aws: Step = {
    uses: actions.aws,
    with: { "role-to-assume": "${{ vars.SLIPWAY_ROLE_ARN }}", "aws-region": region },
  };
  const by = (environment: string, steps: readonly Step[], more: object = {}) => ({
    "runs-on": [...runner],
    "timeout-minutes": MINUTES.promote,
    environment,
    // One change of an environment at a time, and none is cut off in the middle.
    concurrency: { group: `slipway-${environment}`, "cancel-in-progress": false },
    env: { STATE: stateDirectory },
    steps: [checkout, node, run("Install", commands.install), aws, ...steps],
    ...more,
  });
  const token = { GITHUB_TOKEN: "${{ github.token }}" };
  const chosen = { ENVIRONMENT: "${{ inputs.environment }}", STATE: stateDirectory };
  const choice = { description: "Where to", type: "choice", options: ENVIRONMENTS, required: true };
  const release = { description: "Release, or its first digits", type: "string", required: true };
  const environment = "${{ inputs.environment }}";
  return new Map([
    ...Object.entries(previewWorkflows(settings)).map(([name, workflow]) => written(name, workflow)),
    written("check.yml", {
      name: "Check",
      on: { pull_request: { branches: [branch] } },
      permissions: {},
      concurrency: { group: "check-${{ github.ref }}", "cancel-in-progress": true },
      jobs: {
        check: {
          "runs-on": "ubuntu-24.04",
          "timeout-minutes": MINUTES.check,
          permissions: READ,
          steps: [
            checkout,
            node,
            run("Install", commands.install),
            run("Types, lint and tests", commands.check),
            run("Policy", commands.policy),
            run("Migrations", commands.migrations),
            run("Secrets", commands.secrets),
          ],
        },
      },
    }),
    written("release.yml", {
      name: "Release",
      on: { push: { branches: [branch] } },
      permissions: {},
      jobs: {
        dev: by(
          "dev",
          [
            { name: "Make the release", id: "release", run: `${commands.create} --json | tee release.json` },
            {
              name: "Promote to dev",
              env: { ENVIRONMENT: "dev" },
              run: `RELEASE="$(node -p 'require("./release.json").release')"\n${commands.promote}`,
            },
          ],
          { permissions: FEDERATED },
        ),
      },
    }),
    written("promote.yml", {
      name: "Promote",
      on: { workflow_dispatch: { inputs: { release, environment: choice } } },
      permissions: {},
      jobs: {
        promote: by(
          environment,
          [
            run("The ledger is whole", commands.verify),
            { name: "Promote", env: { RELEASE: "${{ inputs.release }}", ...token }, run: commands.promote },
          ],
          { permissions: APPROVED, env: chosen },
        ),
      },
    }),
    written("watch.yml", {
      name: "Watch",
      on: { workflow_dispatch: { inputs: { environment: choice } } },
      permissions: {},
      jobs: { watch: by(environment, [run("Watch", commands.watch)], { permissions: FEDERATED, env: chosen }) },
    }),
    // Both fail where something differs, which is how GitHub tells people; the report stands in the log.
    written("drift.yml", {
      name: "Drift",
      on: { schedule: [{ cron: DRIFT_CRON }], workflow_dispatch: {} },
      permissions: {},
      jobs: {
        parity: by("drift", [run("Staging and production are equal", commands.parity)], { permissions: FEDERATED }),
        verify: by("drift", [run("Everything is as it was verified", commands.drift)], {
          permissions: FEDERATED,
          strategy: { "fail-fast": false, matrix: { environment: ENVIRONMENTS } },
          concurrency: { group: "slipway-${{ matrix.environment }}", "cancel-in-progress": false },
          env: { ENVIRONMENT: "${{ matrix.environment }}", STATE: stateDirectory },
        }),
      },
    }),
    written("rollback.yml", {
      name: "Roll back",
      on: { workflow_dispatch: { inputs: { environment: choice } } },
      permissions: {},
      jobs: { back: by(environment, [run("Roll back", commands.rollback)], { permissions: FEDERATED, env: chosen }) },
    }),
  ]);
}

function written(name: string, workflow: object): [string, string] {
  const head = "# Each step is one command that runs on any machine too (docs/promotion.md).\n";
  return [
    `.github/workflows/${name}`,
    `${head}${withTags(stringify(workflow, { lineWidth: 0, aliasDuplicateObjects: false }))}`,
  ];
}
