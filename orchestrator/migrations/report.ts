import type { Finding } from "./judge";
import { ruleTexts, type RuleName } from "./rules";

export interface MigrationReport {
  /** Folder as it was named. */
  readonly folder: string;
  readonly version: string;
  /** How many migrations were judged. */
  readonly judged: number;
  readonly findings: readonly Finding[];
  /** What breaks the order or the checksums of applied migrations. */
  readonly history: readonly string[];
}

/** Whether something counts that nobody let pass. */
export function isFailed({ findings, history }: Pick<MigrationReport, "findings" | "history">): boolean {
  return history.length > 0 || findings.some(({ allowed }) => allowed === undefined);
}

/** For people: `file:line rule (requirement)`, what, and the safe way. */
export function textReport(report: MigrationReport): string {
  const { findings, history, judged, folder } = report;
  const counted = findings.filter(({ allowed }) => allowed === undefined).length;
  return [
    ...history.map((line) => `${folder}: ${line}`),
    ...findings.map(
      ({ migration, line, rule, requirement, message, allowed }) =>
        `${folder}/${migration}:${line} ${rule} (${requirement})${allowed === undefined ? "" : `, allowed: ${allowed}`}\n  ${message}`,
    ),
    `${judged} ${judged === 1 ? "migration" : "migrations"} judged: ${counted + history.length} ${counted + history.length === 1 ? "finding" : "findings"}${findings.length > counted ? `, ${findings.length - counted} allowed` : ""}`,
  ].join("\n");
}

export function jsonReport(report: MigrationReport): object {
  const failed = isFailed(report);
  return { result: failed ? "failed" : "succeeded", exitCode: failed ? 1 : 0, ...report };
}

/** For code scanning: SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/). What is allowed is suppressed. */
export function sarifReport({ folder, version, findings, history }: MigrationReport): object {
  const told = [...new Set(findings.map(({ rule }) => rule))];
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "slipway migrations",
            version,
            rules: told.map((id) => ({
              id,
              ...(id !== "unreadable" && {
                shortDescription: { text: text(id).description },
                help: { text: text(id).rewrite },
                properties: { requirement: text(id).requirement },
              }),
              defaultConfiguration: { level: "error" },
            })),
          },
        },
        invocations: [
          {
            executionSuccessful: history.length === 0,
            toolExecutionNotifications: history.map((message) => ({ level: "error", message: { text: message } })),
          },
        ],
        results: findings.map(({ migration, line, rule, message, allowed }) => ({
          ruleId: rule,
          kind: "fail",
          level: "error",
          message: { text: message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: `${folder}/${migration}`.replaceAll("\\", "/") },
                region: { startLine: line },
              },
            },
          ],
          ...(allowed !== undefined && { suppressions: [{ kind: "inSource", justification: allowed }] }),
        })),
      },
    ],
  };
}

const text = (rule: RuleName) => ruleTexts[rule];
