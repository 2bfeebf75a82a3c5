import { SlipwayError } from "../errors";

/** The end of a pause as the ledger writes it. @throws SlipwayError `time-invalid` (usage). Pure. */
export function timeToCome(text: string, now: Date): string {
  const end = new Date(text);
  // Without an offset a time would mean something else on every machine.
  if (!Number.isNaN(end.getTime()) && /(?:Z|[+-]\d\d:\d\d)$/.test(text) && end > now) return end.toISOString();
  throw new SlipwayError(
    "time-invalid",
    `"${text}" is no time to come with its offset from UTC`,
    "write it like 2026-01-31T18:00:00Z",
    "usage",
  );
}
