import { MARKER } from "../previews/comment";
import { actions } from "./pins";
import { commands, MINUTES, NODE, type PipelineSettings } from "./settings";

type Step = Readonly<Record<string, unknown>>;

const READ = { contents: "read" };
const FEDERATED = { contents: "read", "id-token": "write" };
/** A branch of this repository: what a fork holds gets no role, no secret and no preview by itself (C2.7). */
const OURS = "github.event.pull_request.head.repo.full_name == github.repository";
const OPEN = `${OURS} && github.event.action != 'closed'`;
const CLOSED = `${OURS} && github.event.action == 'closed'`;
const NUMBER = "${{ github.event.pull_request.number }}";

/** Hands the comment's text on to the job that may write it, under a delimiter that nobody can guess. */
const HAND_ON = [
  'END="$(openssl rand -hex 16)"',
  `{ echo "comment<<$END"; node -p 'require("./preview.json").comment'; echo "$END"; } >> "$GITHUB_OUTPUT"`,
].join("\n");

/** Finds the one comment by its first line and writes it anew, or makes it (C2.6). */
const WRITE = [
  `ONE="$(gh api "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" --paginate --jq '.[] | select(.body | startswith("${MARKER}")) | .id' | head -n 1)"`,
  'if [ -n "$ONE" ]; then METHOD=PATCH PLACE="issues/comments/$ONE"; else METHOD=POST PLACE="issues/$NUMBER/comments"; fi',
  'gh api --silent --method "$METHOD" "repos/$GITHUB_REPOSITORY/$PLACE" --raw-field body="$BODY"',
].join("\n");

/** Builds the image of the pull request and says its digest: nothing is ever deployed by a tag (D1.8). One manifest without an index around it: that is what the registry scans. */
const BUILD = [
  `aws ecr get-login-password | docker login --username AWS --password-stdin "\${REPOSITORY%%/*}"`,
  'docker buildx build --push --provenance=false --tag "$REPOSITORY:$COMMIT" --metadata-file image.json .',
  `echo "digest=$(jq --raw-output '."containerimage.digest"' image.json)" >> "$GITHUB_OUTPUT"`,
].join("\n");

/** The registry's own scan of what was pushed; nothing with a critical finding is deployed, not even for a look (H5.1). */
const SCAN = [
  'set -- --repository-name "${REPOSITORY#*/}" --image-id "imageDigest=$DIGEST"',
  'aws ecr wait image-scan-complete "$@"',
  'FOUND="$(aws ecr describe-image-scan-findings "$@" --query \'imageScanFindings.findingSeverityCounts.CRITICAL || `0`\' --output text)"',
  'if [ "$FOUND" != 0 ]; then echo "::error::$FOUND critical findings in $DIGEST: aws ecr describe-image-scan-findings says which"; exit 1; fi',
].join("\n");

/** The workflows of previews, by name of the file: made and updated, removed, reaped (C2.1, C2.8). Pure. */
export function previewWorkflows({ branch, region, previewRunner, runner }: PipelineSettings): Record<string, object> {
  const federated = (role: string): Step => ({
    uses: actions.aws,
    with: { "role-to-assume": `\${{ vars.${role} }}`, "aws-region": region },
  });
  const checkout = (ref?: string): Step => ({
    uses: actions.checkout,
    with: { "persist-credentials": false, ...(ref !== undefined && { ref }) },
  });
  const tools: Step[] = [
    { uses: actions.node, with: NODE },
    { name: "Install", run: commands.install },
    federated("SLIPWAY_PREVIEW_ROLE_ARN"),
  ];
  /** Slipway as the branch has it that is merged into: the pull request brings an image and no program. */
  const ours = [checkout("${{ github.event.pull_request.base.sha }}"), ...tools];
  const work = (when: string, steps: readonly Step[], more: object = {}) => ({
    if: when,
    "runs-on": previewRunner,
    "timeout-minutes": MINUTES.preview,
    environment: "preview",
    permissions: FEDERATED,
    outputs: { comment: "${{ steps.preview.outputs.comment }}" },
    ...more,
    steps: [...ours, ...steps],
  });
  return {
    "preview.yml": {
      name: "Preview",
      on: { pull_request: { branches: [branch], types: ["opened", "synchronize", "reopened", "closed"] } },
      permissions: {},
      concurrency: { group: `preview-${NUMBER}`, "cancel-in-progress": false },
      jobs: {
        build: {
          if: OPEN,
          "runs-on": "ubuntu-24.04",
          "timeout-minutes": MINUTES.check,
          permissions: FEDERATED,
          outputs: { digest: "${{ steps.image.outputs.digest }}" },
          steps: [
            checkout(),
            federated("SLIPWAY_BUILD_ROLE_ARN"),
            {
              name: "Image",
              id: "image",
              env: { REPOSITORY: "${{ vars.SLIPWAY_IMAGES }}", COMMIT: "${{ github.event.pull_request.head.sha }}" },
              run: BUILD,
            },
            {
              name: "Scan the image",
              env: { REPOSITORY: "${{ vars.SLIPWAY_IMAGES }}", DIGEST: "${{ steps.image.outputs.digest }}" },
              run: SCAN,
            },
          ],
        },
        create: work(
          OPEN,
          [
            {
              name: "Preview",
              id: "preview",
              env: { NUMBER, DIGEST: "${{ needs.build.outputs.digest }}" },
              run: `${commands.preview} --json > preview.json\n${HAND_ON}`,
            },
          ],
          { needs: "build" },
        ),
        remove: work(CLOSED, [
          {
            name: "Remove",
            id: "preview",
            env: { NUMBER },
            run: `${commands.remove} --json > preview.json\n${HAND_ON}`,
          },
        ]),
        // It may write, so it runs nothing but this.
        comment: {
          needs: ["create", "remove"],
          if: "always() && (needs.create.result == 'success' || needs.remove.result == 'success')",
          "runs-on": "ubuntu-24.04",
          "timeout-minutes": 5,
          permissions: { "pull-requests": "write" },
          steps: [
            {
              name: "Comment",
              env: {
                NUMBER,
                BODY: "${{ needs.create.outputs.comment || needs.remove.outputs.comment }}",
                GH_TOKEN: "${{ github.token }}",
              },
              run: WRITE,
            },
          ],
        },
      },
    },
    "reap.yml": {
      name: "Reap previews",
      // Every hour, not on the hour, when everybody's schedules begin.
      on: { schedule: [{ cron: "17 * * * *" }], workflow_dispatch: {} },
      permissions: {},
      concurrency: { group: "reap", "cancel-in-progress": false },
      jobs: {
        reap: {
          "runs-on": [...runner],
          "timeout-minutes": MINUTES.preview,
          environment: "preview",
          permissions: { ...READ, "id-token": "write" },
          steps: [checkout(), ...tools, { name: "Reap", run: commands.reap }],
        },
      },
    },
  };
}
