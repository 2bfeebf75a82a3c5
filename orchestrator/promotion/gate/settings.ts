import { z } from "zod";

/** Gates in the order they run: what is quick and tells most comes first (D1.2, D4.1). */
export const gateNames = ["smoke", "integration", "performance", "security"] as const;
export type GateName = (typeof gateNames)[number];

const common = {
  /** Longer than this it does not take; a gate that hangs proved nothing. */
  timeoutSeconds: z
    .int()
    .positive()
    .max(4 * 3600),
  /** What its output has to show: a suite that ran no test ends well too. */
  expects: z
    .string()
    .refine((text) => {
      try {
        return new RegExp(text, "m") instanceof RegExp;
      } catch {
        return false;
      }
    }, "a regular expression")
    .optional(),
  /** It proves a rollback as well. */
  onRollback: z.boolean().default(false),
};

/** A gate of an environment (`gates` of promotion/rules.yaml): a command here, a Job in the cluster, or requests. */
export const gateSchema = z.union([
  z.strictObject({
    /** Program and arguments; there is no shell. `{environment}` and `{release}` are filled in. */
    command: z.array(z.string()).min(1),
    /** Variables of this process that it gets, besides PATH and HOME. */
    passes: z.array(z.string().regex(/^[A-Z][A-Z0-9_]*$/)).default([]),
    ...common,
  }),
  z.strictObject({
    /**
     * File of the project with the Job, of which name, deadline and retries are set here. An image `release:shop` is the
     * one that the release names `shop`.
     */
    job: z.string().min(1),
    namespace: z.string().min(1),
    ...common,
  }),
  z.strictObject({
    /** Where the application answers; nothing but scheme and host, and only https, for a login may go with it. */
    asks: z
      .url({ protocol: /^https$/ })
      .refine(
        (text) => URL.parse(text)?.origin === text.replace(/\/$/, ""),
        "scheme and host alone: https://qa.example.com",
      ),
    /** Each has to answer with 200. */
    paths: z.array(z.string().startsWith("/")).min(1).default(["/health", "/status"]),
    /** What was rolled out settles for so long; without it as long as that environment needs (C3.5, D4.2). */
    settleSeconds: z.number().nonnegative().max(600).optional(),
    /** Variable of this process with the value of the Authorization header. */
    authorization: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/)
      .optional(),
    ...common,
  }),
]);

export type GateSettings = z.infer<typeof gateSchema>;

/** Gates by name; an environment names those it has. */
export const gatesSchema = z.partialRecord(z.enum(gateNames), gateSchema).default({});
