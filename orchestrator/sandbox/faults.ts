import * as fs from "node:fs";
import * as grpc from "@grpc/grpc-js";
import { z } from "zod";
import { SlipwayError } from "../errors";

/** What a certificate authority of the Internet is asked for: no resource of a program, but it can refuse like one. */
const ACME_ORDER = "acme:order";

const rule = z.strictObject({
  /** Resource type or token, `*` for any run of characters; `acme:order` for orders at the certificate authority. */
  type: z.string().min(1),
  operation: z.enum(["create", "update", "delete", "read", "invoke", "construct"]),
  /** The nth matching call, counted from 1, and how many after it. */
  nth: z.int().min(1).default(1),
  times: z.int().min(1).default(1),
  effect: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("fail"), message: z.string().min(1) }),
    z.strictObject({ kind: z.literal("throttle") }),
    z.strictObject({ kind: z.literal("hang") }),
    z.strictObject({ kind: z.literal("crash") }),
  ]),
});
const file = z.strictObject({
  rules: z.array(
    rule.superRefine(({ type, operation, effect }, context) => {
      if (!type.startsWith("acme:")) return;
      const mistake = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
      if (type !== ACME_ORDER) mistake("type", `of the certificate authority only ${ACME_ORDER} can be made to fail`);
      if (operation !== "create") mistake("operation", `an ${ACME_ORDER} is only created`);
      if (effect.kind !== "fail" && effect.kind !== "throttle")
        mistake("effect", `an ${ACME_ORDER} can fail or throttle`);
    }),
  ),
});
export type FaultRule = z.infer<typeof rule>;
export type FaultOperation = FaultRule["operation"];

/** What a stand-in does instead of its work. */
export type Fault = { kind: "fail"; error: Partial<grpc.StatusObject> } | { kind: "hang" } | { kind: "crash" };

/** Makes stand-ins fail on purpose, by rule; counts calls of one run. */
export class Faults {
  private readonly seen = new Map<FaultRule, number>();

  constructor(private readonly rules: readonly FaultRule[] = []) {}

  /** Reads rules from a file; every mistake is reported at once. */
  static read(path: string): Faults {
    let parsed: unknown;
    try {
      parsed = JSON.parse(fs.readFileSync(path, "utf8"));
    } catch (error) {
      throw new SlipwayError(
        "bad-faults",
        `faults file ${path} cannot be read: ${(error as Error).message}`,
        'write JSON of the form {"rules": [...]}',
        "usage",
      );
    }
    const result = file.safeParse(parsed);
    if (result.success) return new Faults(result.data.rules);
    const mistakes = result.error.issues.map((issue) => `  ${issue.path.join(".") || "the file"}: ${issue.message}`);
    throw new SlipwayError(
      "bad-faults",
      `faults file ${path} is invalid:\n${mistakes.join("\n")}`,
      "correct what is named: docs/faults.md has the form",
      "usage",
    );
  }

  /** The fault this call meets, if any. */
  next(type: string, operation: FaultOperation): Fault | undefined {
    const effect = this.hit(operation, (pattern) => pattern !== ACME_ORDER && matches(pattern, type));
    if (effect?.kind === "fail") return { kind: "fail", error: { code: grpc.status.UNKNOWN, details: effect.message } };
    if (effect?.kind === "throttle")
      return { kind: "fail", error: { code: grpc.status.UNKNOWN, details: "api error Throttling: Rate exceeded" } };
    return effect;
  }

  /** Why the certificate authority refuses a new order for these names, in its own words; undefined when it does not. */
  acmeRefusal(names: readonly string[]): string | undefined {
    const effect = this.hit("create", (pattern) => pattern === ACME_ORDER);
    if (effect?.kind === "fail") return effect.message;
    return effect && rateLimited(names);
  }

  /** Counts a call with every rule up to the one it meets. */
  private hit(operation: FaultOperation, concerns: (pattern: string) => boolean): FaultRule["effect"] | undefined {
    for (const candidate of this.rules) {
      if (candidate.operation !== operation || !concerns(candidate.type)) continue;
      const call = (this.seen.get(candidate) ?? 0) + 1;
      this.seen.set(candidate, call);
      if (call >= candidate.nth && call < candidate.nth + candidate.times) return candidate.effect;
    }
    return undefined;
  }
}

/** Let's Encrypt's words (https://letsencrypt.org/docs/rate-limits/#new-certificates-per-exact-set-of-identifiers). */
function rateLimited(names: readonly string[]): string {
  return `429 urn:ietf:params:acme:error:rateLimited: too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s: ${names.join(", ")}: see https://letsencrypt.org/docs/rate-limits/#new-certificates-per-exact-set-of-identifiers`;
}

function matches(pattern: string, type: string): boolean {
  return new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
  ).test(type);
}
