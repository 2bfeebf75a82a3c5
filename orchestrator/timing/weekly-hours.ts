import { Temporal } from "temporal-polyfill";
import type { Weekday, WeeklyHours } from "../../infra/config";

/** One stretch of hours on the time line. */
export interface Stretch {
  readonly from: Date;
  readonly to: Date;
}

const weekdays: readonly Weekday[] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const DAYS_A_WEEK = 7;

/**
 * The stretch that `now` lies in, its end excluded; undefined outside all of them. Hours are those of the wall clock in
 * their own zone, so that 09:00 stays 09:00 when clocks change; no arithmetic with offsets is done anywhere.
 */
export function stretchAt(hours: readonly WeeklyHours[], now: Date): Stretch | undefined {
  return around(hours, now, -1, 0).find(({ from, to }) => from <= now && now < to);
}

/** The next stretch that begins after `now`; undefined when there are no hours at all. */
export function nextStretch(hours: readonly WeeklyHours[], now: Date): Stretch | undefined {
  return around(hours, now, 0, DAYS_A_WEEK).find(({ from }) => from > now);
}

/** `Tue 24 Nov 09:00 (Europe/Berlin)`, as somebody in that zone reads it off a clock. */
export function inZone(instant: Date, timeZone: string): string {
  const text = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(instant);
  return `${text.replaceAll(",", "")} (${timeZone})`;
}

/** Stretches that begin from so many days before today, in each zone's own calendar, to so many after; in order. */
function around(hours: readonly WeeklyHours[], now: Date, first: number, last: number): Stretch[] {
  const instant = Temporal.Instant.fromEpochMilliseconds(now.getTime());
  return hours
    .flatMap(({ timeZone, days, start, end }) => {
      const today = instant.toZonedDateTimeISO(timeZone).toPlainDate();
      return Array.from({ length: last - first + 1 }, (_, index) => today.add({ days: first + index })).flatMap(
        (date) => {
          const name = weekdays[date.dayOfWeek - 1];
          if (name === undefined || !days.includes(name)) return [];
          const at = (day: Temporal.PlainDate, time: string) =>
            new Date(day.toZonedDateTime({ timeZone, plainTime: time }).epochMilliseconds);
          return [{ from: at(date, start), to: at(end > start ? date : date.add({ days: 1 }), end) }];
        },
      );
    })
    .toSorted((a, b) => a.from.getTime() - b.from.getTime());
}
