import { selects } from "./selector";
import type { Subject } from "./subject";
import { at, isFields, UNKNOWN, type Value, several } from "./value";

/**
 * A violation somebody answers for, for a while: one rule, one thing, an owner, a reason and an end (E1.5). What is
 * waived is named by URN, by `namespace/name`, or by a label selector within a namespace.
 */
export interface Waiver {
  readonly rule: string;
  readonly urn?: string;
  readonly object?: string;
  readonly selector?: { readonly namespace: string; readonly matchLabels: Readonly<Record<string, string>> };
  /** Kubernetes kind, to narrow `object` and `selector`. */
  readonly kind?: string;
  readonly owner: string;
  readonly reason: string;
  /** Last day it holds, as `2027-01-31`. */
  readonly expires: string;
  /** `*` in `urn` or `object` waives things nobody has looked at: it is refused unless this says so. */
  readonly wildcard?: boolean;
}

/** JSON schema of waivers in a policy config; the forms that a schema cannot tell are checked by `mistakesOf`. */
export const waiverSchema = {
  type: "array" as const,
  items: {
    type: "object" as const,
    properties: {
      ...Object.fromEntries(
        ["rule", "urn", "object", "kind", "owner", "reason", "expires"].map((key) => [
          key,
          { type: "string" as const },
        ]),
      ),
      selector: { type: "object" as const },
      wildcard: { type: "boolean" as const },
    },
    required: ["rule", "owner", "reason", "expires"],
  },
  default: [],
};

/** What is wrong with a waiver itself; one with a mistake waives nothing. */
export function mistakesOf(waiver: Waiver, rules: ReadonlySet<string>): string[] {
  const mistakes = misshapen(waiver);
  // What is of the wrong kind cannot be asked further.
  if (mistakes.length > 0) return mistakes;
  const named = [waiver.urn, waiver.object, waiver.selector].filter((way) => way !== undefined).length;
  if (!rules.has(waiver.rule)) mistakes.push(`there is no rule ${JSON.stringify(waiver.rule)}`);
  if (named !== 1) mistakes.push("it names what it waives by exactly one of urn, object and selector");
  for (const key of ["owner", "reason"] as const)
    if (typeof waiver[key] !== "string" || waiver[key].trim() === "") mistakes.push(`it has no ${key}`);
  if (!isDay(waiver.expires)) mistakes.push("expires is no day like 2027-01-31");
  if (waiver.selector !== undefined && Object.keys(waiver.selector.matchLabels ?? {}).length === 0)
    mistakes.push("its selector names no label, so it takes everything");
  if (isWild(waiver) && waiver.wildcard !== true) mistakes.push("it has a wildcard and does not say wildcard: true");
  return mistakes;
}

/** A config file is written by hand, and the schema of an engine is not always asked. */
function misshapen(waiver: Waiver): string[] {
  const texts = (["urn", "object", "kind"] as const).filter(
    (key) => waiver[key] !== undefined && typeof waiver[key] !== "string",
  );
  const selector = waiver.selector as Value;
  const labels = at(selector, "matchLabels");
  const selects =
    selector === undefined ||
    (typeof at(selector, "namespace") === "string" &&
      isFields(labels) &&
      Object.values(labels).every((label) => typeof label === "string"));
  return [
    ...texts.map((key) => `${key} is no text`),
    ...(selects ? [] : ["its selector is not a namespace with matchLabels"]),
  ];
}

const isWild = (waiver: Waiver) =>
  [waiver.urn, waiver.object, waiver.selector?.namespace].some((way) => way?.includes("*"));

function isDay(value: unknown): boolean {
  const parts = typeof value === "string" ? /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) : null;
  if (parts === null) return false;
  const [year = 0, month = 0, day = 0] = parts.slice(1).map(Number);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const longest = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return month >= 1 && month <= 12 && day >= 1 && day <= longest;
}

/** Whether a waiver is about this thing. What is unknown is not waived. */
export function covers(waiver: Waiver, rule: string, subject: Subject): boolean {
  if (waiver.rule !== rule) return false;
  if (waiver.kind !== undefined && subject.type.split(":").at(-1) !== waiver.kind) return false;
  if (waiver.urn !== undefined) return matches(waiver.urn, subject.urn);
  const { namespace, objectName } = subject;
  if (waiver.object !== undefined) {
    if (typeof objectName !== "string" || namespace === UNKNOWN) return false;
    return matches(waiver.object, `${namespace}/${objectName}`);
  }
  if (waiver.selector === undefined || namespace === UNKNOWN) return false;
  const labels: Value = subject.metadata["labels"] ?? at(templateOf(subject), "labels");
  return (
    matches(waiver.selector.namespace, namespace) &&
    selects({ matchLabels: waiver.selector.matchLabels }, labels) === true
  );
}

function templateOf(subject: Subject): Value {
  const workload = subject.workload;
  return workload === UNKNOWN ? UNKNOWN : workload?.metadata;
}

/** `*` stands for any text; compared piece by piece, so that no pattern takes more than linear time. */
export function matches(pattern: string, text: string): boolean {
  const pieces = pattern.split("*");
  const [first = "", last = ""] = several(pieces[0], pieces.at(-1));
  if (pieces.length === 1) return pattern === text;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let from = first.length;
  const end = text.length - last.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, from);
    if (found < 0 || found + piece.length > end) return false;
    from = found + piece.length;
  }
  return true;
}

/** Takes what a config file holds: anything that is no waiver at all is dropped, and told by the schema. */
export function readWaivers(value: unknown): Waiver[] {
  return Array.isArray(value) ? (value as Value[]).filter(isFields).map((one) => one as unknown as Waiver) : [];
}

/** How the waivers of a run stand: which were used, which are past their day, which waived nothing, which are wrong. */
export class Waivers {
  readonly #used = new Map<Waiver, Set<string>>();
  readonly #known: readonly Waiver[];
  readonly #mistakes = new Map<Waiver, string[]>();
  readonly #byRule = new Map<string, Waiver[]>();

  /** `today` as `2027-01-31`; the caller has the clock. */
  constructor(
    waivers: readonly Waiver[],
    rules: ReadonlySet<string>,
    readonly today: string,
  ) {
    this.#known = waivers;
    for (const waiver of waivers) {
      const mistakes = mistakesOf(waiver, rules);
      if (mistakes.length > 0) this.#mistakes.set(waiver, mistakes);
      else this.#byRule.set(waiver.rule, [...(this.#byRule.get(waiver.rule) ?? []), waiver]);
    }
  }

  /** The waiver that excuses this, and notes that it was used; an expired one excuses nothing. */
  excuse(rule: string, subject: Subject): Waiver | undefined {
    const candidates = this.#byRule.get(rule);
    const found = candidates?.find((waiver) => covers(waiver, rule, subject));
    if (found === undefined) return undefined;
    const used = this.#used.get(found) ?? new Set<string>();
    this.#used.set(found, used.add(subject.urn));
    return found.expires < this.today ? undefined : found;
  }

  /** Every waiver with its state, for reports and for the rule that judges them. */
  get report(): WaiverReport[] {
    return this.#known.map((waiver) => {
      const mistakes = this.#mistakes.get(waiver) ?? [];
      const used = [...(this.#used.get(waiver) ?? [])];
      const expired = isDay(waiver.expires) && waiver.expires < this.today;
      const state = mistakes.length > 0 ? "wrong" : expired ? "expired" : used.length > 0 ? "used" : "unused";
      return { waiver, state, mistakes, used };
    });
  }
}

export interface WaiverReport {
  readonly waiver: Waiver;
  readonly state: "used" | "unused" | "expired" | "wrong";
  readonly mistakes: readonly string[];
  /** URNs of what it excused, or would have, had it not expired. */
  readonly used: readonly string[];
}

/** One line about a waiver for a person. */
export function describeWaiver({ waiver, state, mistakes }: WaiverReport): string {
  const what = waiver.urn ?? waiver.object ?? `selector in ${waiver.selector?.namespace ?? "no namespace"}`;
  const who = `waiver of ${waiver.rule} for ${what} (${waiver.owner}, until ${waiver.expires}: ${waiver.reason})`;
  return mistakes.length > 0 ? `${who} ${state}: ${mistakes.join("; ")}` : `${who} ${state}`;
}
