import { at, isFields, items, UNKNOWN, type Value } from "./value";

/** Longest document read; IAM itself takes 10,240 characters at most (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). */
const LONGEST = 65_536;

/** The statements of an IAM document, which comes as JSON text or as an object; undefined when it is neither. */
export function statementsOf(document: Value): readonly Value[] | typeof UNKNOWN | undefined {
  if (document === UNKNOWN) return UNKNOWN;
  const parsed = typeof document === "string" ? parse(document) : document;
  if (!isFields(parsed)) return undefined;
  const statement = parsed["Statement"];
  if (statement === UNKNOWN) return UNKNOWN;
  return isFields(statement) ? [statement] : (items(statement) as readonly Value[]);
}

function parse(text: string): Value {
  if (text.length > LONGEST) return undefined;
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

/** A field that holds one text or several; texts only. */
export function texts(value: Value): readonly string[] {
  const list = typeof value === "string" ? [value] : items(value);
  return list === UNKNOWN ? [] : list.filter((one) => typeof one === "string");
}

export const allows = (statement: Value): boolean => at(statement, "Effect") === "Allow";

/** Whether a statement is for everybody: `"*"`, or `{ "AWS": "*" }`. */
export function forEverybody(statement: Value): boolean {
  const principal = at(statement, "Principal");
  return texts(principal).includes("*") || texts(at(principal, "AWS")).includes("*");
}

/** A condition narrows who or from where; an empty one narrows nothing. */
export function isConditional(statement: Value): boolean {
  const condition = at(statement, "Condition");
  return condition === UNKNOWN || (isFields(condition) && Object.keys(condition).length > 0);
}
