import { memo } from "./memo";
import { UNKNOWN, type Value } from "./value";

/** Suffixes of https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const suffixes: Readonly<Record<string, number>> = {
  "": 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
/** Longest text read: the API server refuses quantities far shorter, and this bounds the expression's work. */
const LONGEST = 64;
const form = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)$/;

/** A Kubernetes quantity as a number of its unit (cores, bytes, pieces); undefined when it is none. */
export function quantity(value: Value): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return typeof value === "string" && value.length <= LONGEST ? read(value) : undefined;
}

const read = memo((text: string): number | undefined => {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, number = "", exponent, suffix = ""] = match;
  const scale = exponent === undefined ? suffixes[suffix] : 10 ** Number(exponent);
  return scale === undefined ? undefined : Number(number) * scale;
});

/** `intOrString` as PodDisruptionBudgets and update strategies read it: 3, "3" or "25%" of a total, rounded up or down. */
export function share(value: Value, total: number, round: (value: number) => number): number | undefined {
  if (value === UNKNOWN) return undefined;
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.length > LONGEST) return undefined;
  const percent = /^(\d{1,4})%$/.exec(value);
  if (percent !== null) return round((Number(percent[1]) * total) / 100);
  return /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
