const UNITS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
  "": 1,
};
/** A Kubernetes quantity as a number; what is none counts as more than anything allows. */
export function quantity(value: unknown): number {
  const match = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i|)$/.exec(String(value ?? "0"));
  return match === null ? Number.POSITIVE_INFINITY : Number(match[1]) * (UNITS[match[2] ?? ""] ?? 1);
}

/** A number as a quantity: whole binary multiples as such, parts in thousandths. */
export function textOf(value: number): string {
  const suffix = ["Ei", "Pi", "Ti", "Gi", "Mi", "Ki"].find((unit) => value > 0 && value % (UNITS[unit] ?? 1) === 0);
  if (suffix !== undefined) return `${value / (UNITS[suffix] ?? 1)}${suffix}`;
  return Number.isInteger(value) ? String(value) : `${Math.round(value * 1000)}m`;
}
