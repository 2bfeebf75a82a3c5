import { z } from "zod";

/** A bucket that everybody who promotes shares, in place of a folder (`ledger` of promotion/rules.yaml). */
export const sharedLedgerSchema = z.strictObject({
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "the name of a bucket"),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region"),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/, "a prefix without / at its ends")
    .default("slipway"),
});

export type SharedLedger = z.infer<typeof sharedLedgerSchema>;
