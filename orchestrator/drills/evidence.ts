import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { DrillRecord } from "./drill";

/**
 * Keeps what a drill showed, for people and for machines, readable by its owner alone (A16.2).
 * @returns the two files.
 */
export function keepEvidence(folder: string, record: DrillRecord): readonly string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = `${record.startedAt.replace(/[-:]|\.\d+/g, "")}-${record.environment}-${record.experiment}`;
  const files = [
    [`${name}.json`, `${JSON.stringify(record, null, 2)}\n`],
    [`${name}.md`, toMarkdown(record)],
  ] as const;
  return files.map(([file, text]) => {
    const place = path.join(folder, file);
    writeFileSync(place, text, { mode: 0o600 });
    return place;
  });
}

export function toMarkdown(record: DrillRecord): string {
  const { impact, alerts } = record;
  return [
    `# Drill ${record.experiment} in ${record.environment}: ${record.verdict}`,
    "",
    `- ${record.reason}`,
    `- target ${record.target}, hit ${record.hit.join(", ") || "nothing"}, at ${record.startedAt}, proved by ${record.proof}`,
    `- runbook ${record.runbook}`,
    `- recovery ${record.recoverySeconds === undefined ? "not reached" : `${record.recoverySeconds} s`}`,
    `- impact: at least ${impact.leastReady} of ${impact.wanted} copies ready, ${impact.missingCopySeconds} copy-seconds missing, ${impact.looks} looks`,
    `- alert ${alerts.name} expected ${alerts.expected === "fires" ? "to fire" : "to stay silent"}; fired: ${alerts.fired.join(", ") || "none"}`,
    "",
  ].join("\n");
}
