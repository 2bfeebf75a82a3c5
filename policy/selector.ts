import { at, isFields, items, UNKNOWN, type Value, several } from "./value";

type Match = boolean | typeof UNKNOWN;

/**
 * Whether a label selector takes labels: ALL its labels and expressions must hold, and an empty selector takes
 * everything; a missing one takes nothing
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors).
 */
export function selects(selector: Value, labels: Value): Match {
  if (selector === UNKNOWN || labels === UNKNOWN) return UNKNOWN;
  if (!isFields(selector)) return false;
  const wanted = selector["matchLabels"];
  const expressions = items(selector["matchExpressions"]);
  if (wanted === UNKNOWN || expressions === UNKNOWN) return UNKNOWN;
  let open = false;
  if (isFields(wanted)) {
    for (const key of Object.keys(wanted)) {
      const [want, have] = several(wanted[key], label(labels, key));
      if (want === UNKNOWN || have === UNKNOWN) open = true;
      else if (want !== have) return false;
    }
  }
  for (const expression of expressions) {
    const match = holds(expression, labels);
    if (match === UNKNOWN) open = true;
    else if (!match) return false;
  }
  return open ? UNKNOWN : true;
}

function holds(expression: Value, labels: Value): Match {
  const [key, operator, values] = several(
    at(expression, "key"),
    at(expression, "operator"),
    items(at(expression, "values")),
  );
  if (key === UNKNOWN || operator === UNKNOWN || values === UNKNOWN) return UNKNOWN;
  if (typeof key !== "string") return false;
  const have = label(labels, key);
  if (have === UNKNOWN) return UNKNOWN;
  switch (operator) {
    case "In":
      return have !== undefined && values.includes(have);
    case "NotIn":
      return have === undefined || !values.includes(have);
    case "Exists":
      return have !== undefined;
    case "DoesNotExist":
      return have === undefined;
    default:
      return false;
  }
}

/** A label is an own key: `constructor` is a label like any other. */
function label(labels: Value, key: string): Value {
  return isFields(labels) && Object.hasOwn(labels, key) ? labels[key] : undefined;
}
