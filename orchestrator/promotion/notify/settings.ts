import { z } from "zod";

/** What somebody may want to hear of. */
export const occasions = [
  "started",
  "verified",
  "failed",
  "rolled back",
  "refused",
  "approval",
  "watch",
  "pause",
] as const;
export type Occasion = (typeof occasions)[number];

const variable = z.string().regex(/^[A-Z][A-Z0-9_]*$/, "the name of an environment variable");
const common = { on: z.array(z.enum(occasions)).min(1).default(["verified", "failed", "rolled back"]) };

/**
 * Who is told of an environment (`notify` of promotion/rules.yaml). Addresses and keys are secrets (D7.1): the rules name
 * the environment variable that holds each, never the value.
 */
export const channelSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("slack"), url: variable, ...common }),
  z.strictObject({ kind: z.literal("webhook"), url: variable, ...common }),
  /** Events API v2; a failure triggers an incident, and what verifies afterwards resolves it. */
  z.strictObject({ kind: z.literal("pagerduty"), routingKey: variable, ...common }),
  /** Through a relay that asks for a password over TLS. */
  z.strictObject({
    kind: z.literal("mail"),
    server: z.string().regex(/^[a-z0-9.-]+:\d+$/, "host:port"),
    from: z.email(),
    to: z.array(z.email()).min(1),
    user: variable,
    password: variable,
    ...common,
  }),
]);

export type Channel = z.infer<typeof channelSchema>;
