import { dollars } from "../../cost/budget";
import { changes } from "../../report/words";
import type { StepRecord } from "../../rollout/step";

/** One short line on what a finished step brought. */
export function summary(record: StepRecord): string {
  const findings = record.findings ?? [];
  if (findings.length > 0) {
    const off = findings.find(({ state }) => state !== undefined);
    if (off?.state !== undefined && off.verdict === "passed") return off.detail;
    const passed = findings.filter(({ verdict }) => verdict === "passed").length;
    const proofs = findings.map(({ proof }) => proof ?? record.proof ?? "static");
    const kinds = [...new Set(proofs)];
    const counted = (kind: string) => `${proofs.filter((proof) => proof === kind).length} ${kind}`;
    const by = kinds.length === 1 ? kinds.join("") : kinds.map(counted).join(", ");
    return `${passed} of ${findings.length} checks passed (${by})`;
  }
  const cost = record.cost === undefined ? "" : `, about ${dollars(record.cost.total)} a month`;
  return `${changes(record)}${cost}`;
}

/** What a live list no longer shows once its environments are folded: what they would cost, and what to know besides. */
export function remarks(records: readonly StepRecord[]): string[] {
  // A failed step is told in full, with its notes.
  const folded = records.filter(({ status }) => status !== "failed");
  const lines = folded.flatMap(({ step, cost, notes = [] }) => [
    ...(cost === undefined ? [] : [`${step.environment}: about ${dollars(cost.total)} a month`]),
    ...notes.map((note) => `${step.environment}: note: ${note}`),
  ]);
  return [...new Set(lines)];
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
