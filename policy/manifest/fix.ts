import { readConfig, type PackConfig } from "../config";
import { Evaluator } from "../evaluate";
import type { Draft, Environment, ResourceRule, Rule } from "../rule";
import { settle } from "../setting";
import type { Subject } from "../subject";
import type { Waivers } from "../waiver";

/** One step of a JSON Patch (RFC 6902). */
export interface Operation {
  readonly op: "add" | "replace" | "remove";
  readonly path: string;
  readonly value?: unknown;
}
export interface Fix {
  readonly subject: Subject;
  /** Rules that were broken, and for which something is changed. */
  readonly rules: readonly string[];
  readonly patch: readonly Operation[];
}

/** What rules that can mend would change of an object; undefined when there is nothing to mend. What is waived stays. */
export function fixOf(
  subject: Subject,
  rules: readonly Rule[],
  environment: Environment,
  config: PackConfig,
  waivers?: Waivers,
): Fix | undefined {
  const mending = rules.filter((rule): rule is ResourceRule => rule.scope === "resource" && rule.repair !== undefined);
  const broken = new Set(
    new Evaluator({ rules: mending, environment, config, ...(waivers && { waivers }) })
      .resource(subject)
      .filter(({ outcome }) => outcome === "violation")
      .map(({ rule }) => rule),
  );
  const draft = structuredClone(subject.properties) as Draft;
  const mended: string[] = [];
  for (const rule of mending) {
    if (!broken.has(rule)) continue;
    const before = JSON.stringify(draft);
    const { settings } = readConfig(config, rule.name);
    rule.repair?.(draft, subject.type, settle(rule.settings, rule.tuned?.[environment], settings));
    if (JSON.stringify(draft) !== before) mended.push(rule.name);
  }
  const patch = difference(subject.properties, draft, "");
  return patch.length === 0 ? undefined : { subject, rules: mended, patch };
}

/** The steps from one value to another. Lists are compared item by item: no rule moves or removes one. */
function difference(before: unknown, after: unknown, path: string): Operation[] {
  if (Object.is(before, after)) return [];
  if (!isObject(before) || !isObject(after) || Array.isArray(before) !== Array.isArray(after))
    return [{ op: before === undefined ? "add" : "replace", path, value: after }];
  if (Array.isArray(before) && Array.isArray(after) && before.length !== after.length)
    return [{ op: "replace", path, value: after }];
  const operations: Operation[] = [];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const place = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (!(key in after)) operations.push({ op: "remove", path: place });
    else operations.push(...difference(before[key], after[key], place));
  }
  return operations;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
