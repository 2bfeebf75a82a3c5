import type { StepRecord } from "../../rollout/step";

/** `0.4 s`, `12 s`, `3 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `34 create, 2 update`: what the engine did, without what stayed the same. */
export function changes(record: { readonly changes?: Readonly<Record<string, number>> }): string {
  const changed = Object.entries(record.changes ?? {}).filter(([operation, count]) => operation !== "same" && count > 0);
  const same = record.changes?.["same"] ?? 0;
  if (changed.length === 0) return same > 0 ? `no change (${same} resources)` : "";
  return changed.map(([operation, count]) => `${count} ${operation}`).join(", ");
}

/** One short line on what a finished step brought. */
export function summary(record: StepRecord): string {
  const findings = record.findings ?? [];
  if (findings.length > 0) {
    const passed = findings.filter(({ verdict }) => verdict === "passed").length;
    return `${passed} of ${findings.length} checks passed (${record.proof ?? "static"})`;
  }
  return changes(record);
}

/** What a person needs to see of a step: its result, and for a failure all that explains it. */
export function details(record: StepRecord): string[] {
  if (record.earlier || record.status === "early exit" || record.status === "excluded") return [];
  const lines = [summary(record), ...(record.notes ?? []).map((note) => `note: ${note}`)].filter((line) => line !== "");
  if (record.status === "succeeded") return lines;
  for (const violation of record.violations ?? []) {
    if (violation.level !== "mandatory") continue;
    lines.push(`violation ${violation.rule}: ${violation.urn}`, `  why: ${violation.reason}`);
    if (violation.remediation) lines.push(`  fix: ${violation.remediation}`);
  }
  for (const failure of record.failures ?? []) lines.push(`resource ${failure.urn}`, `  why: ${failure.message}`);
  for (const finding of record.findings ?? []) {
    if (finding.verdict !== "passed") {
      lines.push(`${finding.verdict} ${finding.requirement} ${finding.title}`, `  seen: ${finding.detail}`);
    }
  }
  for (const diagnosis of record.diagnoses ?? []) {
    lines.push(
      `cause ${diagnosis.requirement}: ${diagnosis.cause} (${diagnosis.subjects.join(", ")})`,
      `  fix: ${diagnosis.fix}`,
    );
  }
  if (record.reason) lines.push(`why: ${record.reason}`);
  if (record.fix) lines.push(`fix: ${record.fix}`);
  return lines;
}
