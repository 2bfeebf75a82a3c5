import type { Framework } from "./framework";
import type { Setting, Values } from "./setting";
import type { Subject } from "./subject";
import type { Value } from "./value";
import type { WaiverReport } from "./waiver";

/** The environments a level or a setting can differ in (B1). */
export const environments = ["dev", "staging", "production"] as const;
export type Environment = (typeof environments)[number];

/**
 * What a violation means: `advisory` is told, `mandatory` stops, `remediate` is mended where the rule can mend, and
 * stops where it cannot; `disabled` is not judged. Pulumi's own words (https://www.pulumi.com/docs/insights/policy/).
 */
export type Level = "advisory" | "mandatory" | "remediate" | "disabled";
export type Severity = "low" | "medium" | "high" | "critical";

/** Where a rule says what it found. */
export interface Verdict {
  /** What is wrong, with the place: one message per violation. Never contains a property's value that may be secret. */
  violation(message: string, urn?: string): void;
  /** The rule could not decide, because this was not known before the update. */
  undecided(what: string, urn?: string): void;
  /** Told beside the verdict; never counts against anybody. */
  notice(message: string, urn?: string): void;
}

interface RuleBase<S extends Values> {
  /** kebab-case, named by the good state. */
  readonly name: string;
  /** The promise in one sentence. */
  readonly description: string;
  readonly severity: Severity;
  /** The one published demand closest to the rule. */
  readonly framework: Framework;
  /** Requirement id the rule serves. */
  readonly requirement: string;
  /** What to change, imperative. */
  readonly remediation: string;
  /** Where the demand comes from. */
  readonly url: string;
  /** What can be set, with the default the rule itself applies. */
  readonly settings?: { readonly [key in keyof S]: Setting<S[key]> };
  /** Settings that differ from the default in one environment. */
  readonly tuned?: Readonly<Partial<Record<Environment, Partial<S>>>>;
  /**
   * What is judged is usually made from other resources' ids, and so never known in a first preview: production then
   * shows that it could not be judged, in place of failing closed, and the preview after the update decides.
   */
  readonly decidedLate?: true;
  /** Judged in files only, and no policy of the pack. */
  readonly only?: "manifests";
  /** Levels other than mandatory. */
  readonly levels?: Readonly<Partial<Record<Environment, Level>>>;
}

/** Judges each resource by itself. */
export interface ResourceRule<S extends Values = Values> extends RuleBase<S> {
  readonly scope: "resource";
  /** Resource types concerned; other resources never reach `judge`. */
  applies(type: string): boolean;
  judge(subject: Subject, verdict: Verdict, settings: S): void;
  /**
   * Mends what can be mended without breaking a running app. `draft` is changed in place, field by field, so that
   * secrets beside the change stay secret; a second call changes nothing.
   */
  repair?(draft: Draft, type: string, settings: S): void;
}

/** A resource that `repair` may change: plain data, or the SDK's proxy that keeps secrets. */
export type Draft = Record<string, unknown>;

/** All resources of a stack, or all manifests of a check, sorted by URN. */
export interface Stack {
  readonly subjects: readonly Subject[];
  ofType(type: string): readonly Subject[];
  /** Every workload, whatever its kind. */
  readonly workloads: readonly Subject[];
  /** How the waivers of this run stand so far. */
  readonly waivers: readonly WaiverReport[];
}

/** Judges how resources of a stack fit together. */
export interface StackRule<S extends Values = Values> extends RuleBase<S> {
  readonly scope: "stack";
  judge(stack: Stack, verdict: Verdict, settings: S): void;
}

/** A rule whatever its settings are: the table of rules holds these. */
export type Rule = ResourceRule | StackRule;

/** The level of a rule in an environment: mandatory unless the rule says otherwise. */
export function levelOf(rule: Rule, environment: Environment): Level {
  return rule.levels?.[environment] ?? "mandatory";
}

/** Gives a resource rule its settings' type; the table of rules then holds it among the others. */
export function resourceRule<S extends Values>(rule: Omit<ResourceRule<S>, "scope">): ResourceRule {
  return { ...rule, scope: "resource" } as unknown as ResourceRule;
}

/** Gives a stack rule its settings' type; the table of rules then holds it among the others. */
export function stackRule<S extends Values>(rule: Omit<StackRule<S>, "scope">): StackRule {
  return { ...rule, scope: "stack" } as unknown as StackRule;
}

/** A value as text for a message: only kinds that cannot be secret are shown. */
export function shown(value: Value): string {
  return typeof value === "boolean" || typeof value === "number"
    ? String(value)
    : value === undefined || value === null
      ? "not set"
      : "set";
}
