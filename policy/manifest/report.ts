import type { Finding } from "../evaluate";
import type { Environment, Rule } from "../rule";
import { describeWaiver, type WaiverReport } from "../waiver";

/** A document that could not be read. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** What a check found, for any form of output. */
export interface Report {
  readonly environment: Environment;
  readonly findings: readonly Finding[];
  readonly problems: readonly Problem[];
  /** Objects judged. */
  readonly objects: number;
  /** Documents that are no Kubernetes object. */
  readonly skipped: number;
  readonly waivers: readonly WaiverReport[];
  readonly rules: readonly Rule[];
  readonly version: string;
}

/** Stops a pipeline: a mandatory rule broken, or a file nobody could read. */
export const isFailed = ({ findings, problems }: Report): boolean => problems.length > 0 || findings.some(isStop);

const isStop = ({ outcome, level }: Finding): boolean =>
  outcome === "violation" && (level === "mandatory" || level === "remediate");

/** File and line of a finding. */
export function placeOf({ subject }: Pick<Finding, "subject">): { file: string; line: number } {
  const match = /^(.*):(\d+):[^:]*$/.exec(subject.urn);
  return { file: match?.[1] ?? subject.urn, line: Number(match?.[2] ?? 1) };
}
const kindOfSubject = ({ subject }: Finding): string => subject.type.split(":").at(-1) ?? subject.type;

const ORDER = ["critical", "high", "medium", "low"];

/** For people: the worst first, each with what to do. */
export function textReport(report: Report): string {
  const lines: string[] = [];
  const sorted = [...report.findings].sort(
    (a, b) =>
      Number(isStop(b)) - Number(isStop(a)) ||
      ORDER.indexOf(a.rule.severity) - ORDER.indexOf(b.rule.severity) ||
      (a.rule.name < b.rule.name ? -1 : a.rule.name > b.rule.name ? 1 : 0),
  );
  for (const { file, line, message } of report.problems) lines.push(`${file}:${line}: cannot be read: ${message}`);
  let last: string | undefined;
  for (const finding of sorted) {
    const { rule, outcome, message, subject } = finding;
    if (rule.name !== last) {
      lines.push("", `${rule.name} (${rule.severity}, ${finding.level}): ${rule.description}`);
      lines.push(`  fix: ${rule.remediation}`, `  see: ${rule.url}`);
      last = rule.name;
    }
    const { file, line } = placeOf(finding);
    const mark = { violation: isStop(finding) ? "✖" : "!", waived: "○", undecided: "?", notice: "i" }[outcome];
    lines.push(
      `  ${mark} ${file === "" ? "" : `${file}:${line} ${kindOfSubject(finding)} ${subject.title}: `}${message}`,
    );
  }
  if (report.waivers.length > 0) lines.push("", ...report.waivers.map(describeWaiver));
  const count = (wanted: (finding: Finding) => boolean) => report.findings.filter(wanted).length;
  const stops = count(isStop);
  const rest = count(({ outcome }) => outcome === "violation") - stops;
  const waived = count(({ outcome }) => outcome === "waived");
  lines.push(
    "",
    `${report.objects} objects judged by ${report.rules.length} rules for ${report.environment}: ${stops} violations that stop, ${rest} advisory, ${waived} waived` +
      `${report.problems.length > 0 ? `, ${report.problems.length} documents that cannot be read` : ""}${report.skipped > 0 ? `; ${report.skipped} documents are no Kubernetes object` : ""}`,
  );
  return `${lines.join("\n").trimStart()}\n`;
}

/** For programs: one document. */
export function jsonReport(report: Report): object {
  return {
    environment: report.environment,
    result: isFailed(report) ? "failed" : "passed",
    objects: report.objects,
    skipped: report.skipped,
    rules: report.rules.length,
    problems: report.problems,
    findings: report.findings.map((finding) => ({
      rule: finding.rule.name,
      severity: finding.rule.severity,
      level: finding.level,
      outcome: finding.outcome,
      ...placeOf(finding),
      kind: kindOfSubject(finding),
      object: finding.subject.title,
      message: finding.message,
      remediation: finding.rule.remediation,
      url: finding.rule.url,
      requirement: finding.rule.requirement,
      ...(finding.waiver && { waiver: finding.waiver }),
    })),
    waivers: report.waivers,
  };
}

const SARIF_LEVEL = { critical: "error", high: "error", medium: "warning", low: "note" } as const;

/** For code scanning: SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/). Waived findings are suppressed ones. */
export function sarifReport(report: Report): object {
  const told = new Set(report.findings.map(({ rule }) => rule.name));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "slipway",
            version: report.version,
            rules: report.rules
              .filter(({ name }) => told.has(name))
              .map((rule) => ({
                id: rule.name,
                shortDescription: { text: rule.description },
                help: { text: rule.remediation },
                helpUri: rule.url,
                defaultConfiguration: { level: SARIF_LEVEL[rule.severity] },
                properties: { severity: rule.severity, requirement: rule.requirement, framework: rule.framework },
              })),
          },
        },
        properties: {
          environment: report.environment,
          waivers: report.waivers.map((one) => ({ ...one, text: describeWaiver(one) })),
        },
        invocations: [
          {
            executionSuccessful: report.problems.length === 0,
            toolExecutionNotifications: report.problems.map(({ file, line, message }) => ({
              level: "error",
              message: { text: message },
              locations: [location(file, line)],
            })),
          },
        ],
        results: report.findings.map((finding) => {
          const { file, line } = placeOf(finding);
          return {
            ruleId: finding.rule.name,
            kind: finding.outcome === "undecided" ? "review" : finding.outcome === "notice" ? "informational" : "fail",
            level:
              finding.outcome === "violation" || finding.outcome === "waived"
                ? finding.level === "advisory"
                  ? "note"
                  : SARIF_LEVEL[finding.rule.severity]
                : "none",
            message: { text: `${kindOfSubject(finding)} ${finding.subject.title}: ${finding.message}` },
            locations: [location(file, line)],
            ...(finding.waiver && { suppressions: [{ kind: "external", justification: finding.waiver.reason }] }),
          };
        }),
      },
    ],
  };
}

const location = (file: string, line: number) => ({
  physicalLocation: { artifactLocation: { uri: encodeURI(file) }, region: { startLine: Math.max(line, 1) } },
});

/** For build servers: one test case per rule that found something, and one for each file that cannot be read. */
export function junitReport(report: Report): string {
  const byRule = new Map<Rule, Finding[]>();
  for (const finding of report.findings) byRule.set(finding.rule, [...(byRule.get(finding.rule) ?? []), finding]);
  const cases = report.rules.map((rule) => {
    const found = byRule.get(rule) ?? [];
    const stops = found.filter(isStop).map(described);
    const others = found.filter((finding) => !isStop(finding)).map(described);
    const body = [
      stops.length > 0 ? `<failure message="${xml(rule.remediation)}">${xml(stops.join("\n"))}</failure>` : "",
      others.length > 0 ? `<system-out>${xml(others.join("\n"))}</system-out>` : "",
    ].join("");
    return `    <testcase classname="slipway.policy" name="${xml(rule.name)}">${body}</testcase>`;
  });
  const broken = report.problems.map(
    ({ file, line, message }) =>
      `    <testcase classname="slipway.policy" name="${xml(`${file}:${line}`)}"><error message="${xml(message)}"/></testcase>`,
  );
  const waivers = report.waivers.map((one) => `      <property name="waiver" value="${xml(describeWaiver(one))}"/>`);
  const waived = waivers.length === 0 ? [] : ["    <properties>", ...waivers, "    </properties>"];
  const failures = report.rules.filter((rule) => (byRule.get(rule) ?? []).some(isStop)).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    `  <testsuite name="slipway policy (${report.environment})" tests="${cases.length + broken.length}" failures="${failures}" errors="${broken.length}">`,
    ...waived,
    ...cases,
    ...broken,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function described(finding: Finding): string {
  const { file, line } = placeOf(finding);
  return `${file}:${line} ${kindOfSubject(finding)} ${finding.subject.title}: ${finding.message} (${finding.outcome})`;
}

/** Characters that XML 1.0 does not take are left out; the others that mean something are written as entities. */
function xml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
