import type { Subject } from "./subject";
import { UNKNOWN, several } from "./value";

/**
 * Whether an object lives in a namespace: by name where both are known, else by what its metadata was made from. A
 * namespace's name is often unknown in a preview, the resource it comes from never is.
 */
export function livesIn(object: Subject, namespace: Subject): boolean {
  const [wanted, named] = several(namespace.objectName, object.namespace);
  if (typeof wanted === "string" && named !== UNKNOWN) return wanted === named;
  return (object.sources["metadata"] ?? []).includes(namespace.urn);
}

/** Whether two objects share a namespace; what cannot be compared is taken to. */
export function together(one: Subject, other: Subject): boolean {
  const [a, b] = several(one.namespace, other.namespace);
  if (a !== UNKNOWN && b !== UNKNOWN) return a === b;
  const from = one.sources["metadata"] ?? [];
  return (other.sources["metadata"] ?? []).some((urn) => from.includes(urn));
}
