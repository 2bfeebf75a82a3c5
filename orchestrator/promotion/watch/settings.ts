import { z } from "zod";

/** What of an environment is watched after a deploy, and for how long (`watch` of promotion/rules.yaml). */
export const watchSchema = z.strictObject({
  /** Namespaces of the applications that are watched together. */
  namespaces: z.array(z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "a namespace")).min(1),
  /** D6.1: 30 minutes after a deploy. */
  minutes: z.int().positive().default(30),
  /** One look in so many seconds; D5.1 looks once a minute. */
  everySeconds: z.int().positive().default(60),
  /** Address of a Prometheus-compatible API, without `/api/v1`; `slipway watch --prometheus` names another. */
  prometheus: z.url({ protocol: /^https?$/ }).optional(),
});

export type WatchSettings = z.infer<typeof watchSchema>;
