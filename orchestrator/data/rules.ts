import { parse } from "yaml";
import { z } from "zod";
import { SlipwayError } from "../errors";

/** What becomes of a column. `keep` says that somebody looked and found nothing personal in it. */
export const treatments = ["keep", "mail", "name", "phone", "address", "text", "null"] as const;
export type Treatment = (typeof treatments)[number];

const schema = z.strictObject({
  /** Table → column → treatment. A column that is not named fails the refresh: new ones are personal until looked at. */
  tables: z.record(z.string(), z.record(z.string(), z.enum(treatments))),
});
export type AnonymisationRules = z.infer<typeof schema>;

/** @throws SlipwayError `anonymisation-invalid` with every mistake. */
export function parseRules(text: string, file: string): AnonymisationRules {
  const invalid = (why: string, cause?: unknown) =>
    new SlipwayError("anonymisation-invalid", `${file} cannot be used: ${why}`, `correct ${file}`, "usage", { cause });
  let data: unknown;
  try {
    data = parse(text);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error), error);
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw invalid(z.prettifyError(parsed.error));
}
