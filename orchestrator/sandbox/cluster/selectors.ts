import { fieldsOf, listOf, stringsOf, type KubeObject } from "./object";
import { badRequest } from "./status";

export type Matcher = (labels: Readonly<Record<string, string>>) => boolean;

/** The full grammar of `labelSelector` (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/). */
export function labelMatcher(text: string): Matcher {
  const terms = text
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== "");
  const matchers = terms.map((term): Matcher => {
    const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
    if (set) {
      const values = (set[3] ?? "").split(",").map((value) => value.trim());
      const [key = "", ,] = [set[1]];
      return set[2] === "in"
        ? (labels) => key in labels && values.includes(labels[key] ?? "")
        : (labels) => !values.includes(labels[key] ?? "") || !(key in labels);
    }
    const pair = /^([^!=\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(term);
    if (pair) {
      const [, key = "", operator, value = ""] = pair;
      return operator === "!=" ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
    }
    const unbracketed = /^\S+\s+(?:in|notin)\s+([^\s(]+)/.exec(term)?.[1];
    if (unbracketed !== undefined)
      throw badRequest(`unable to parse requirement: found '${unbracketed}' expected: '('`);
    if (/^!\S+$/.test(term)) return (labels) => !(term.slice(1) in labels);
    if (/^[^\s!=]+$/.test(term)) return (labels) => term in labels;
    throw badRequest(`unable to parse requirement: ${term}`);
  });
  return (labels) => matchers.every((matches) => matches(labels));
}

/** A LabelSelector object; absent selects nothing, empty selects everything. */
export function selectorMatcher(selector: unknown): Matcher {
  if (selector === undefined || selector === null) return () => false;
  const { matchLabels, matchExpressions } = fieldsOf(selector);
  const labelsWanted = Object.entries(stringsOf(matchLabels));
  const expressions = listOf<{ key: string; operator: string; values?: string[] }>(matchExpressions);
  return (labels) =>
    labelsWanted.every(([key, value]) => labels[key] === value) &&
    expressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "In") return value !== undefined && values.includes(value);
      if (operator === "NotIn") return value === undefined || !values.includes(value);
      return operator === "Exists" ? value !== undefined : value === undefined;
    });
}

/** `fieldSelector` over any path of strings: metadata.name, spec.nodeName, status.phase, involvedObject.name and so on. */
export function fieldMatcher(text: string): (object: KubeObject) => boolean {
  const terms = text
    .split(",")
    .filter((term) => term !== "")
    .map((term) => {
      const match = /^([\w.]+)(==|=|!=)(.*)$/.exec(term);
      if (match === null) throw badRequest(`invalid field selector: ${term}`);
      return { path: (match[1] ?? "").split("."), equal: match[2] !== "!=", value: match[3] ?? "" };
    });
  return (object) =>
    terms.every(({ path, equal, value }) => {
      const found = path.reduce<unknown>((node, key) => fieldsOf(node)[key], object);
      return (String(found ?? "") === value) === equal;
    });
}
