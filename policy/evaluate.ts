import { readConfig, type PackConfig } from "./config";
import { kindOf } from "./kind";
import {
  levelOf,
  type Environment,
  type Level,
  type ResourceRule,
  type Rule,
  type Stack,
  type StackRule,
  type Verdict,
} from "./rule";
import { settle, type Values } from "./setting";
import { listed, Subject } from "./subject";
import { isWorkload } from "./workload";
import type { Waiver, WaiverReport, Waivers } from "./waiver";

/** What a rule said of one thing. */
export interface Finding {
  readonly rule: Rule;
  readonly level: Level;
  /** `waived`: a violation somebody answers for. `undecided`: not known before the update. `notice`: said beside the verdict. */
  readonly outcome: "violation" | "undecided" | "waived" | "notice";
  readonly message: string;
  readonly subject: Subject;
  readonly waiver?: Waiver;
}

export interface EvaluatorOptions {
  readonly rules: readonly Rule[];
  readonly environment: Environment;
  /** In the words of a policy-config file; what it leaves out is the rule's own. */
  readonly config?: PackConfig;
  readonly waivers?: Waivers;
}

/** A rule with its level and settings worked out. */
interface Prepared<R extends Rule> {
  readonly rule: R;
  readonly level: Level;
  readonly settings: Values;
}

/**
 * Judges resources with every rule, without the SDK: what `slipway policy check` runs, and what the conformance suite
 * holds against the SDK and the admission policies. Pure: no clock, no files; one evaluator serves one run.
 */
export class Evaluator {
  readonly #resourceRules: readonly Prepared<ResourceRule>[];
  readonly #stackRules: readonly Prepared<StackRule>[];
  /** Rules of each type seen; a run has few types, so each is asked once. */
  readonly #byType = new Map<string, readonly Prepared<ResourceRule>[]>();
  readonly #waivers: Waivers | undefined;

  constructor({ rules, environment, config = {}, waivers }: EvaluatorOptions) {
    const prepared = rules
      .map((rule) => prepare(rule, environment, config))
      .filter(({ level }) => level !== "disabled");
    this.#resourceRules = prepared.filter((one): one is Prepared<ResourceRule> => one.rule.scope === "resource");
    this.#stackRules = prepared.filter((one): one is Prepared<StackRule> => one.rule.scope === "stack");
    this.#waivers = waivers;
  }

  /** What the resource rules say of one resource; members of a `List` are judged one by one. */
  resource(subject: Subject): Finding[] {
    const findings: Finding[] = [];
    const members = listed(subject);
    if (members === undefined) this.#judge(subject, findings);
    else for (const member of members) findings.push(...this.resource(member));
    return findings;
  }

  #judge(subject: Subject, findings: Finding[]): void {
    const collector = new Collector(findings, this.#waivers);
    for (const prepared of this.#rulesOf(subject.type)) {
      collector.begin(prepared, subject);
      prepared.rule.judge(subject, collector, prepared.settings);
    }
  }

  #rulesOf(type: string): readonly Prepared<ResourceRule>[] {
    let found = this.#byType.get(type);
    if (found === undefined) {
      found = this.#resourceRules.filter(({ rule }) => rule.applies(type));
      if (this.#byType.size > 4096) this.#byType.clear();
      this.#byType.set(type, found);
    }
    return found;
  }

  /** What the stack rules say of all resources together. */
  stack(subjects: readonly Subject[]): Finding[] {
    const findings: Finding[] = [];
    const stack = stackOf(subjects, this.#waivers);
    const byUrn = new Map(stack.subjects.map((subject) => [subject.urn, subject]));
    const collector = new Collector(findings, this.#waivers, byUrn);
    for (const prepared of this.#stackRules) {
      collector.begin(prepared, stack.subjects[0] ?? NOTHING);
      prepared.rule.judge(stack, collector, prepared.settings);
    }
    return findings;
  }
}

function prepare(rule: Rule, environment: Environment, config: PackConfig): Prepared<Rule> {
  const { level, settings } = readConfig(config, rule.name);
  return {
    rule,
    level: level ?? levelOf(rule, environment),
    settings: settle(rule.settings, rule.tuned?.[environment], settings),
  };
}

/** A stack as stack rules read it: members of lists apart, in a stable order, indexed by type. */
export function stackOf(given: readonly Subject[], waivers?: { readonly report: readonly WaiverReport[] }): Stack {
  const subjects = given
    .flatMap((subject) => listed(subject) ?? [subject])
    .sort((a, b) => (a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0));
  const byKind = new Map<string, Subject[]>();
  for (const subject of subjects) {
    const key = keyOf(subject.type);
    const group = byKind.get(key);
    if (group === undefined) byKind.set(key, [subject]);
    else group.push(subject);
  }
  return {
    subjects,
    ofType: (type) => byKind.get(keyOf(type)) ?? [],
    workloads: subjects.filter(({ type }) => isWorkload(type) && kindOf(type)?.patch !== true),
    get waivers() {
      return waivers?.report ?? [];
    },
  };
}

/** Kubernetes kinds by group and kind, so that a rule need not list versions; other types by token. */
function keyOf(type: string): string {
  const kind = kindOf(type);
  return kind === undefined || kind.patch ? type : `${kind.group}/${kind.kind}`;
}

/** What a rule about the run itself speaks of when there is no resource at all. */
const NOTHING = new Subject("", "", "the run", {});

/** Gathers what rules say, without a closure per rule and resource. */
class Collector implements Verdict {
  #prepared: Prepared<Rule> | undefined;
  #subject: Subject | undefined;

  constructor(
    readonly findings: Finding[],
    readonly waivers: Waivers | undefined,
    readonly byUrn?: ReadonlyMap<string, Subject>,
  ) {}

  begin(prepared: Prepared<Rule>, subject: Subject | undefined): void {
    this.#prepared = prepared;
    this.#subject = subject;
  }

  violation(message: string, urn?: string): void {
    this.#add("violation", message, urn);
  }
  undecided(what: string, urn?: string): void {
    this.#add("undecided", what, urn);
  }

  notice(message: string, urn?: string): void {
    this.#add("notice", message, urn);
  }

  #add(outcome: "violation" | "undecided" | "notice", message: string, urn: string | undefined): void {
    const subject = (urn === undefined ? undefined : this.byUrn?.get(urn)) ?? this.#subject;
    if (this.#prepared === undefined || subject === undefined) return;
    const { rule, level } = this.#prepared;
    const waiver = outcome === "violation" ? this.waivers?.excuse(rule.name, subject) : undefined;
    if (waiver === undefined) this.findings.push({ rule, level, outcome, message, subject });
    else this.findings.push({ rule, level, outcome: "waived", message, subject, waiver });
  }
}
