import type { PlatformConfig } from "./config";

/** One Velero schedule. */
export interface BackupSchedule {
  readonly name: string;
  /** Five fields, in UTC: Velero reads them in its container's zone. */
  readonly cron: string;
  readonly keepHours: number;
}

const HOURS_A_DAY = 24;
/** Hourly steps are kept for two days; beyond, the daily copy answers (B4.2). */
const HOURLY_KEEP_HOURS = 48;

/** Schedules of an environment: none in dev, daily in staging (B4.1), hourly and a daily full copy in production (B4.2). */
export function schedulesOf({ backup }: Pick<PlatformConfig, "backup">): readonly BackupSchedule[] {
  if (!backup.enabled) return [];
  // Off the full hour, when everybody else's jobs start.
  const daily = { name: "daily", cron: "30 2 * * *", keepHours: backup.retentionDays * HOURS_A_DAY };
  const hourly = { name: "hourly", cron: "7 * * * *", keepHours: HOURLY_KEEP_HOURS };
  return backup.schedule === "hourly" ? [hourly, daily] : [daily];
}
