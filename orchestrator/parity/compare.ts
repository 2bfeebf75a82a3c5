import type { PlannedResource } from "../cost/estimate";
import type { Allowance } from "./allowed";

/** One side of a comparison: what an environment plans, and words that are its own and stand for the same elsewhere. */
export interface Side {
  readonly name: string;
  readonly resources: readonly PlannedResource[];
  /** Word → what it stands for: `slipway.example` → `<domain>`. */
  readonly own: Readonly<Record<string, string>>;
}
export interface Difference {
  /** `aws:eks/nodeGroup:NodeGroup node-pools-general` */
  readonly resource: string;
  /** Dotted path of the input; empty when one side does not have the resource. */
  readonly path: string;
  /** What each side has, as JSON; empty for nothing. */
  readonly left: string;
  readonly right: string;
  /** Why it may differ; undefined for a difference that nobody allowed. */
  readonly reason?: string;
}
export interface Comparison {
  readonly differences: readonly Difference[];
  /** Allowances that no difference needed: the list should lose them before they hide something. */
  readonly unused: readonly Allowance[];
}

/** Compares what two environments plan, resource by resource and input by input (B8.4). Pure. */
export function compare(left: Side, right: Side, allowed: readonly Allowance[]): Comparison {
  const [mine, theirs] = [flattened(left), flattened(right)];
  const used = new Set<Allowance>();
  const differences: Difference[] = [];
  const note = (resource: string, path: string, a: string, b: string) => {
    const allowance = allowed.find((one) => one.resource.test(resource) && one.path.test(path));
    if (allowance) used.add(allowance);
    differences.push({ resource, path, left: a, right: b, ...(allowance && { reason: allowance.reason }) });
  };
  for (const resource of [...new Set([...mine.keys(), ...theirs.keys()])].sort()) {
    const [a, b] = [mine.get(resource), theirs.get(resource)];
    if (a === undefined || b === undefined) {
      note(resource, "", a === undefined ? "" : "there", b === undefined ? "" : "there");
      continue;
    }
    for (const path of new Set([...a.keys(), ...b.keys()]))
      if (a.get(path) !== b.get(path)) note(resource, path, a.get(path) ?? "", b.get(path) ?? "");
  }
  return { differences, unused: allowed.filter((one) => !used.has(one)) };
}

/** Resource → path → value, with the environment's own words replaced. */
function flattened({ resources, own }: Side): Map<string, Map<string, string>> {
  const words = Object.entries(own).sort(([a], [b]) => b.length - a.length);
  const neutral = (text: string) => words.reduce((result, [word, meaning]) => result.replaceAll(word, meaning), text);
  return new Map(
    resources.map(({ urn, type, inputs }) => {
      const leaves = new Map<string, string>();
      collect(inputs, "", (path, value) => leaves.set(neutral(path), neutral(value)));
      return [`${type} ${neutral(urn.slice(urn.lastIndexOf("::") + 2))}`, leaves];
    }),
  );
}

/** Text that holds a document is compared as the document: order and spacing of JSON mean nothing. */
function collect(value: unknown, path: string, leaf: (path: string, value: string) => void): void {
  const opened = typeof value === "string" ? document(value) : value;
  if (typeof opened !== "object" || opened === null) return leaf(path, JSON.stringify(opened) ?? "");
  const entries = Object.entries(opened);
  if (entries.length === 0) leaf(path, Array.isArray(opened) ? "[]" : "{}");
  for (const [key, inner] of entries) collect(inner, path === "" ? key : `${path}.${key}`, leaf);
}
function document(text: string): unknown {
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
