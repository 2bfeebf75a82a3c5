import type { Fields, Value } from "./value";

/** One resource as the gate receives it. Properties are inputs in a resource rule; in a stack rule outputs, where there are any. */
export interface Subject {
  readonly urn: string;
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  readonly properties: Fields;
}

/** A resource among all others of the stack, with what its properties were made from. */
export interface StackSubject extends Subject {
  /** Property → URNs of the resources its value came from; ids may be unknown in a preview, these never are. */
  readonly sources: Readonly<Record<string, readonly string[]>>;
}

export interface Verdict {
  /** What is wrong, with the place: one message per violation. Never contains a property's value that may be secret. */
  violation(message: string, urn?: string): void;
  /** The rule could not decide, because this was not known before the update. */
  undecided(what: string, urn?: string): void;
}

interface RuleBase {
  /** kebab-case, named by the good state. */
  readonly name: string;
  /** The promise in one sentence. */
  readonly description: string;
  readonly severity: "low" | "medium" | "high" | "critical";
  /** Requirement id the rule serves. */
  readonly requirement: string;
  /** What to change, imperative. */
  readonly remediation: string;
  /** Where the demand comes from. */
  readonly url: string;
}

/** Judges each resource by itself. */
export interface ResourceRule extends RuleBase {
  readonly scope: "resource";
  /** Resource types concerned; other resources never reach `judge`. */
  applies(type: string): boolean;
  judge(subject: Subject, verdict: Verdict): void;
}

/** Judges how resources of a stack fit together. */
export interface StackRule extends RuleBase {
  readonly scope: "stack";
  judge(subjects: readonly StackSubject[], verdict: Verdict): void;
}

export type Rule = ResourceRule | StackRule;

/** A value as text for a message: only kinds that cannot be secret are shown. */
export function shown(value: Value): string {
  return typeof value === "boolean" || typeof value === "number"
    ? String(value)
    : value === undefined
      ? "not set"
      : "set";
}
