import { stringify } from "yaml";
import { image } from "./pins";
import { commands, MINUTES, type PipelineSettings } from "./settings";

const ENVIRONMENTS = ["dev", "staging", "production"] as const;

/** The pipeline of GitLab CI, by path. Pure. */
export function gitlabPipeline({
  branch,
  region,
  runner,
  previewRunner,
  stateDirectory,
}: PipelineSettings): Map<string, string> {
  const onBranch = `$CI_COMMIT_BRANCH == "${branch}"`;
  const job = (environment: string, script: readonly string[], more: object) => ({
    stage: "deliver",
    tags: [...runner],
    timeout: `${MINUTES.promote} minutes`,
    environment: { name: environment },
    // One change of an environment at a time, and none is cut off in the middle.
    resource_group: `slipway-${environment}`,
    interruptible: false,
    // A role of AWS by OIDC: no key is stored anywhere.
    id_tokens: { AWS_TOKEN: { aud: "sts.amazonaws.com" } },
    variables: {
      AWS_REGION: region,
      AWS_ROLE_ARN: "$SLIPWAY_ROLE_ARN",
      AWS_WEB_IDENTITY_TOKEN_FILE: "$CI_PROJECT_DIR/.aws-token",
      ENVIRONMENT: environment,
      STATE: stateDirectory,
    },
    before_script: ['umask 077 && printf %s "$AWS_TOKEN" > .aws-token', commands.install],
    after_script: ["rm -f .aws-token"],
    script: [...script],
    ...more,
  });
  const manual = [{ if: onBranch, when: "manual" }];
  const promoted = ENVIRONMENTS.map(
    (environment) =>
      [
        `promote ${environment}`,
        job(
          environment,
          environment === "dev"
            ? [
                `${commands.create} --json | tee release.json`,
                `RELEASE="$(node -p 'require("./release.json").release')"`,
                commands.promote,
              ]
            : [commands.verify, commands.promote],
          { rules: environment === "dev" ? [{ if: onBranch }] : manual },
        ),
      ] as const,
  );
  const back = ENVIRONMENTS.map(
    (environment) => [`roll back ${environment}`, job(environment, [commands.rollback], { rules: manual })] as const,
  );
  const watch = ["watch production", job("production", [commands.watch], { rules: manual })] as const;
  // The same schedule as the reaper's does no harm; on working days, when dev and staging are not asleep (H4.3).
  const scheduled = [{ if: '$CI_PIPELINE_SOURCE == "schedule" && $DRIFT == "true"' }];
  const drift = [
    ["parity", job("staging", [commands.parity], { rules: scheduled, resource_group: "slipway-parity" })] as const,
    ...ENVIRONMENTS.map(
      (environment) => [`drift of ${environment}`, job(environment, [commands.drift], { rules: scheduled })] as const,
    ),
  ];
  const own = '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID';
  const preview = (script: readonly string[], environment: object, more: object) => ({
    ...job("preview", script, {}),
    stage: "preview",
    tags: [previewRunner],
    timeout: `${MINUTES.preview} minutes`,
    environment: { name: "preview/$CI_MERGE_REQUEST_IID", ...environment },
    resource_group: "preview-$CI_MERGE_REQUEST_IID",
    variables: {
      AWS_REGION: region,
      AWS_ROLE_ARN: "$SLIPWAY_PREVIEW_ROLE_ARN",
      AWS_WEB_IDENTITY_TOKEN_FILE: "$CI_PROJECT_DIR/.aws-token",
      NUMBER: "$CI_MERGE_REQUEST_IID",
    },
    ...more,
  });
  const previews = {
    // The job `image` is the project's own: it builds and pushes, and leaves DIGEST as a dotenv report.
    preview: preview(
      [`${commands.preview} --json > preview.json`, `node -p '"URL=" + require("./preview.json").url' > preview.env`],
      { url: "$URL", on_stop: "remove preview" },
      {
        rules: [{ if: own }],
        needs: [{ job: "image", artifacts: true, optional: true }],
        artifacts: { reports: { dotenv: "preview.env" }, expire_in: "1 week" },
      },
    ),
    "remove preview": preview(
      [commands.remove],
      { action: "stop" },
      {
        rules: [{ if: own, when: "manual", allow_failure: true }],
        needs: [],
      },
    ),
    "reap previews": {
      ...preview([commands.reap], {}, { rules: [{ if: '$CI_PIPELINE_SOURCE == "schedule"' }] }),
      environment: { name: "preview/all", action: "verify" },
      resource_group: "preview-reap",
    },
  };
  const pipeline = {
    stages: ["check", "preview", "deliver"],
    // Whole history: who wrote what decides who may approve (D2.3).
    variables: { GIT_DEPTH: "0", GIT_STRATEGY: "clone" },
    default: { image },
    check: {
      stage: "check",
      timeout: `${MINUTES.check} minutes`,
      interruptible: true,
      rules: [{ if: '$CI_PIPELINE_SOURCE == "merge_request_event"' }, { if: onBranch }],
      before_script: [commands.install],
      script: [commands.check, commands.policy, commands.migrations, commands.secrets],
    },
    ...previews,
    ...Object.fromEntries([...promoted, watch, ...back, ...drift]),
  };
  const head = "# Each line is one command that runs on any machine too (docs/promotion.md).\n";
  const text = stringify(pipeline, { lineWidth: 0, aliasDuplicateObjects: false });
  return new Map([[".gitlab-ci.yml", `${head}${text}`]]);
}
