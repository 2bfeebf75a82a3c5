import * as fs from "node:fs";
import * as grpc from "@grpc/grpc-js";
import { z } from "zod";
import { SlipwayError } from "../errors";

const rule = z.strictObject({
  /** Resource type or token, `*` for any run of characters. */
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
const file = z.strictObject({ rules: z.array(rule) });
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
    const mistakes = result.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
    throw new SlipwayError(
      "bad-faults",
      `faults file ${path} is invalid:\n${mistakes.join("\n")}`,
      "correct the rules named",
      "usage",
    );
  }

  /** The fault this call meets, if any. */
  next(type: string, operation: FaultOperation): Fault | undefined {
    for (const candidate of this.rules) {
      if (candidate.operation !== operation || !matches(candidate.type, type)) continue;
      const call = (this.seen.get(candidate) ?? 0) + 1;
      this.seen.set(candidate, call);
      if (call < candidate.nth || call >= candidate.nth + candidate.times) continue;
      const { effect } = candidate;
      if (effect.kind === "fail")
        return { kind: "fail", error: { code: grpc.status.UNKNOWN, details: effect.message } };
      if (effect.kind === "throttle")
        return { kind: "fail", error: { code: grpc.status.UNKNOWN, details: "api error Throttling: Rate exceeded" } };
      return { kind: effect.kind };
    }
    return undefined;
  }
}

function matches(pattern: string, type: string): boolean {
  return new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
  ).test(type);
}
