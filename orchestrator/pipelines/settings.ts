/** What pipelines cannot know by themselves. */
export interface PipelineSettings {
  /** Branch that is released from. */
  readonly branch: string;
  readonly region: string;
  /** Labels or tags of the machine that promotes: it keeps the state directory, and runs nothing of a pull request. */
  readonly runner: readonly string[];
  /** Machine that makes previews: it reaches the API of dev's cluster and keeps nothing, for others' work begins it. */
  readonly previewRunner: string;
  /** Where on it state, releases and ledger are. */
  readonly stateDirectory: string;
}

export const defaults: PipelineSettings = {
  branch: "main",
  region: "eu-central-1",
  runner: ["self-hosted", "slipway"],
  previewRunner: "ubuntu-24.04",
  stateDirectory: "/var/lib/slipway",
};

/** Minutes a job may take: a preview with its database and test data (C2.5, C2.6), a build-out of an environment, and the 30 minutes of watch after it (D6.1). */
export const MINUTES = { check: 30, preview: 20, promote: 180 } as const;

/** When drift is looked for (B8.7): on working days at a time when dev and staging are not asleep (H4.3), not on the hour. */
export const DRIFT_CRON = "23 10 * * 1-5";

/**
 * What the action that sets Node up is given. By itself it keeps packages in a cache where a project asks for npm, and a job
 * that takes a role must not run what another one left there.
 */
export const NODE = { "node-version": "24", "package-manager-cache": false } as const;

/** One command of Slipway, as a person runs it too. `$NAMES` are filled in by the shell, from variables only. */
export const commands = {
  install: "npm ci --ignore-scripts",
  check: "npm test -- types lint format unit",
  policy: "npx slipway policy check apps",
  migrations: "npx slipway migrations check migrations",
  secrets: "npx slipway scan",
  create: 'npx slipway release create --target aws --state-dir "$STATE"',
  promote: 'npx slipway promote "$RELEASE" --to "$ENVIRONMENT" --target aws --state-dir "$STATE" --yes',
  watch: 'npx slipway watch "$ENVIRONMENT" --target aws --state-dir "$STATE"',
  rollback: 'npx slipway rollback "$ENVIRONMENT" --target aws --state-dir "$STATE" --yes',
  preview: 'npx slipway environment create --pr "$NUMBER" --sha "$DIGEST" --target aws',
  remove: 'npx slipway environment delete --pr "$NUMBER" --target aws',
  reap: "npx slipway environment reap --target aws",
  parity: 'npx slipway parity staging production --target aws --state-dir "$STATE"',
  drift: 'npx slipway verify --environment "$ENVIRONMENT" --target aws --state-dir "$STATE"',
  verify: 'npx slipway ledger verify --target aws --state-dir "$STATE"',
} as const;
