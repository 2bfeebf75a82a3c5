import { mistake, type Rule } from "./mistakes";

/** What cannot move by itself: a whole commit, or a version tag. */
const PINNED = /^([0-9a-f]{40}|v\d+\.\d+\.\d+)$/;

/** Amazon RDS user guide, gp3 storage. */
const LEAST_RDS_GIB = 20;

/** Availability, backups, what is watched and what is delivered (B2, B4, B6, A7). */
export const operationRules: readonly Rule[] = [
  ({ environment, highAvailability }) =>
    environment === "dev" || highAvailability
      ? undefined
      : mistake("highAvailability", false, "on outside dev (B2.4, B4.2)", "set true"),
  ({ environment, backup }) =>
    environment === "dev" || backup.enabled
      ? undefined
      : mistake("backup.enabled", false, "on outside dev (B4.1)", "set true"),
  ({ environment, backup }) =>
    environment !== "production" || backup.schedule === "hourly"
      ? undefined
      : mistake("backup.schedule", backup.schedule, "hourly in production (B4.2)", "set hourly"),
  ({ environment, monitoring: { metrics } }) =>
    keptLongEnough("monitoring.metrics.retentionDays", metrics.retentionDays, environment),
  ({ environment, monitoring: { logs } }) =>
    keptLongEnough("monitoring.logs.retentionDays", logs.retentionDays, environment),
  ({ environment, monitoring: { metrics } }) =>
    environment === "dev" || metrics.longTerm
      ? undefined
      : mistake("monitoring.metrics.longTerm", false, "a long-term store outside dev (B6.1)", "set true"),
  ({ environment, monitoring: { alerts } }) =>
    alerts.paging === (environment === "production")
      ? undefined
      : mistake(
          "monitoring.alerts.paging",
          alerts.paging,
          environment === "production" ? "production pages (B6.3)" : `nobody is paged for ${environment} (B6.2)`,
          `set ${!alerts.paging}`,
        ),
  ({ environment, monitoring: { alerts } }) =>
    environment === "dev" || alerts.mail !== undefined
      ? undefined
      : mistake("monitoring.alerts.mail", alerts.mail, "mail beside Slack outside dev (B6.2, B6.3)", "set it"),
  ({ environment, gitops: { revision } }) =>
    environment !== "production" || PINNED.test(revision)
      ? undefined
      : mistake(
          "gitops.revision",
          revision,
          "a commit or a version tag in production, never a branch (A7.2)",
          "set a tag like v1.2.3, or a commit's 40 characters",
        ),
  ({ gitops: { engine }, application }) =>
    engine === "argo-cd" || application === undefined
      ? undefined
      : mistake(
          "gitops.engine",
          engine,
          "argo-cd where a stable environment is delivered: its waves, its pause during an incident, promotion, canary and the way back are Argo CD's (A7.5, C7.2)",
          "set argo-cd, or leave application out",
        ),
  ({ stateful: { postgres } }) =>
    postgres.engine === "rds" && postgres.diskGib < LEAST_RDS_GIB
      ? mistake(
          "stateful.postgres.diskGib",
          postgres.diskGib,
          `at least ${LEAST_RDS_GIB} GiB: RDS makes no smaller gp3 volume`,
          `set ${LEAST_RDS_GIB} or more`,
        )
      : undefined,
  ({ environment, nodePools }) => {
    const least = { dev: 3, staging: 5, production: 10 }[environment];
    return nodePools.general.minimum >= least
      ? undefined
      : mistake(
          "nodePools.general.minimum",
          nodePools.general.minimum,
          `at least ${least} nodes in ${environment} (B2.1)`,
          `set ${least} or more`,
        );
  },
];

/** How long metrics and logs are kept at least, days (B6.1). */
const LEAST_DAYS = { dev: 7, staging: 15, production: 30 } as const;

function keptLongEnough(key: string, days: number, environment: keyof typeof LEAST_DAYS) {
  const least = LEAST_DAYS[environment];
  return days >= least
    ? undefined
    : mistake(key, days, `at least ${least} days in ${environment} (B6.1)`, `set ${least} or more`);
}
