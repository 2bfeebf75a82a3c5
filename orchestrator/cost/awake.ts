import type { PlatformConfig } from "../../infra/config";

const HOURS_A_WEEK = 168;

/**
 * Share of the week in which an environment's nodes are there (H4.3), between 0 and 1. By the wall clock: the two
 * nights a year in which clocks change are no matter for an estimate.
 */
export function awakeShare({ cost: { workingHours } }: Pick<PlatformConfig, "cost">): number {
  if (workingHours === undefined) return 1;
  const { days, start, end } = workingHours;
  return (new Set(days).size * (hours(end) - hours(start))) / HOURS_A_WEEK;
}

function hours(time: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return hour + minute / 60;
}
