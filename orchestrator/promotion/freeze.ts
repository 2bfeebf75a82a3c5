import { z } from "zod";

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;
const WEEK_MINUTES = 7 * 24 * 60;

/** A moment of every week, in UTC: `friday 15:00`. */
const weekMoment = z
  .string()
  .regex(
    new RegExp(`^(?:${DAYS.join("|")}) (?:[01]\\d|2[0-3]):[0-5]\\d$`),
    "a day and a time in UTC, like friday 15:00",
  );
const fixedMoment = z.iso.datetime({ error: "a time in UTC, like 2026-12-20T00:00:00Z" });

/** When nothing is promoted (D2.6): every week between two moments, or once between two dates. Times are UTC. */
export const freezeSchema = z
  .strictObject({
    from: z.union(
      [weekMoment, fixedMoment],
      "a day and a time in UTC (friday 15:00), or a date (2026-12-20T00:00:00Z)",
    ),
    until: z.union([weekMoment, fixedMoment], "the same kind as from"),
    reason: z.string().min(1),
  })
  .refine(({ from, until }) => isWeekly(from) === isWeekly(until), "from and until are of the same kind")
  .refine(({ from, until }) => isWeekly(from) || Date.parse(from) < Date.parse(until), "until is after from");

export type Freeze = z.infer<typeof freezeSchema>;

/** When a freeze that holds at this moment ends; undefined when it does not hold. Pure. */
export function frozenUntil({ from, until }: Freeze, now: Date): Date | undefined {
  if (!isWeekly(from)) {
    return now >= new Date(from) && now < new Date(until) ? new Date(until) : undefined;
  }
  const minute = (now.getUTCDay() * 24 + now.getUTCHours()) * 60 + now.getUTCMinutes();
  const since = modulo(minute - minuteOfWeek(from));
  const length = modulo(minuteOfWeek(until) - minuteOfWeek(from));
  if (since >= length) return undefined;
  const thisMinute = Math.floor(now.getTime() / 60_000) * 60_000;
  return new Date(thisMinute + (length - since) * 60_000);
}

function isWeekly(text: string): boolean {
  return /^[a-z]/.test(text);
}

function minuteOfWeek(text: string): number {
  const [day = "", time = ""] = text.split(" ");
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return ((DAYS as readonly string[]).indexOf(day) * 24 + hours) * 60 + minutes;
}

function modulo(minutes: number): number {
  return ((minutes % WEEK_MINUTES) + WEEK_MINUTES) % WEEK_MINUTES;
}
