/** `0.4 s`, `12 s`, `3 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `34 create, 2 update`: what the engine did, without what stayed the same. */
export function changes(step: { readonly changes?: Readonly<Record<string, number>> }): string {
  const changed = Object.entries(step.changes ?? {}).filter(([operation, count]) => operation !== "same" && count > 0);
  const same = step.changes?.["same"] ?? 0;
  if (changed.length === 0) return same > 0 ? `no change (${same} resources)` : "";
  return changed.map(([operation, count]) => `${count} ${operation}`).join(", ");
}
