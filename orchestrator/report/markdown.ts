import type { FindingTable } from "../checks/check";
import { dollars } from "../cost/budget";
import { glance } from "./glance";
import { changes, duration } from "./words";
import type { EnvironmentReport, Report, StepReport } from "./report";

/** The report for a person: a table per environment, then all that went wrong, then what proved the rest. */
export function toMarkdown(report: Report): string {
  const { engine, target, cluster } = report;
  const engineName = engine.kind === "pulumi" ? "Pulumi CLI" : "built-in rehearsal engine, which plays Pulumi";
  return [
    `# Slipway ${report.command}: ${report.result}`,
    "",
    `- run ${report.run}, ${report.startedAt} to ${report.endedAt} (${duration(report.seconds)})${report.resumed ? ", continued from an interrupted run" : ""}`,
    `- engine ${engineName} ${engine.version}, target ${target}, cluster ${cluster}`,
    `- exit code ${report.exitCode}, Slipway ${report.slipway}`,
    ...(target === "rehearsal"
      ? [
          "",
          "This was a rehearsal: results marked stand-in were proved against a stand-in, not against AWS; those marked computed were worked out from the objects in the cluster, no traffic was sent.",
        ]
      : []),
    ...atAGlance(report),
    ...report.environments.flatMap(environmentSection),
    "",
  ].join("\n");
}

/** All phases × environments before anything else: whether it is well, and where it is not. */
function atAGlance(report: Report): string[] {
  const table = glance(report);
  if (table === undefined) return [];
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [
    "",
    "## At a glance",
    "",
    "Checks passed of those made, by phase.",
    "",
    line(["phase", ...table.environments]),
    `|${"---|".repeat(table.environments.length + 1)}`,
    ...table.rows.map(({ number, title, cells }) => line([`${number} ${title}`, ...cells])),
  ];
}

function environmentSection(environment: EnvironmentReport): string[] {
  const head = ["", `## ${environment.name}: ${environment.result}`, ""];
  if (environment.result === "excluded") return [...head, `Excluded: ${environment.reason ?? ""}.`];
  return [
    ...head,
    "| step | result | took | what changed or was seen | proved by |",
    "|---|---|---|---|---|",
    ...environment.steps.map(row),
    ...environment.steps.flatMap(trouble),
    ...policy(environment),
    ...costs(environment),
    ...findings(environment),
    ...notes(environment),
    ...(environment.topology ? ["", "### Network", "", "```text", environment.topology, "```"] : []),
  ];
}

function row(step: StepReport): string {
  const passed = step.findings?.filter(({ verdict }) => verdict === "passed").length ?? 0;
  const off = step.findings?.find(({ state }) => state !== undefined)?.state;
  const counted = step.findings?.length ? `${passed} of ${step.findings.length} checks passed` : changes(step);
  const seen = step.status === "succeeded" && off !== undefined ? off : counted;
  const status = step.earlier ? `${step.status} (earlier)` : step.status;
  const took = step.status === "early exit" ? "" : duration(step.seconds);
  const text = step.status === "early exit" ? (step.reason ?? "") : seen;
  return `| ${[step.title, status, took, text, step.proof ?? ""].map(cell).join(" | ")} |`;
}

function trouble(step: StepReport): string[] {
  if (step.status !== "failed") return [];
  return [
    "",
    `### What went wrong: ${step.title}`,
    "",
    ...(step.reason ? [`- why: ${oneLine(step.reason)}`] : []),
    ...(step.fix ? [`- fix: ${oneLine(step.fix)}`] : []),
    ...(step.failures ?? []).map(({ urn, message }) => `- \`${urn}\`: ${oneLine(message)}`),
    ...(step.diagnoses ?? []).map(
      ({ requirement, cause, fix, subjects }) =>
        `- cause (${requirement}): ${oneLine(cause)} [${subjects.join(", ")}]; fix: ${oneLine(fix)}`,
    ),
  ];
}

/** What a rule of the pack says of a value not known before the update: no verdict, and never a pass (E1.5). */
const UNDECIDED = "cannot be decided before the update";

function policy({ steps }: EnvironmentReport): string[] {
  const judged = steps.filter(({ packs }) => (packs?.length ?? 0) > 0);
  if (judged.length === 0) return [];
  const packs = [...new Set(judged.flatMap((step) => step.packs ?? []))].join(", ");
  const seen = new Map(
    standing(judged)
      .flatMap((step) => step.violations ?? [])
      .map((one) => [`${one.urn} ${one.rule} ${one.reason}`, one]),
  );
  return [
    "",
    `### Policy (${packs})`,
    "",
    ...(seen.size === 0 ? ["No violation."] : []),
    ...[...seen.values()].map(
      ({ level, rule, urn, reason, remediation }) =>
        `- ${reason.includes(UNDECIDED) ? `not judged (${level})` : level} \`${rule}\` on \`${urn}\`: ${oneLine(reason)}${remediation ? `; fix: ${oneLine(remediation)}` : ""}`,
    ),
  ];
}

/** A preview that ran to its end judged everything: what an earlier one said and it does not is decided since. */
function standing(judged: readonly StepReport[]): readonly StepReport[] {
  const complete = judged.findLastIndex(
    ({ status, violations }) => status === "succeeded" || violations?.some(({ level }) => level === "mandatory"),
  );
  return judged.slice(Math.max(complete, 0));
}

function costs({ steps }: EnvironmentReport): string[] {
  const cost = steps.find((step) => step.cause === undefined && step.cost !== undefined)?.cost;
  if (cost === undefined) return [];
  return [
    "",
    `### Cost: about ${dollars(cost.total)} a month`,
    "",
    `List prices of ${cost.asOf}; up to ${dollars(cost.ceiling)} more with every pool at its limit.`,
    "",
    "| area | what | USD a month |",
    "|---|---|---|",
    ...cost.lines.map(({ area, what, monthly }) => `| ${[area, what, monthly.toFixed(2)].map(cell).join(" | ")} |`),
    "",
    ...cost.gaps.map((gap) => `- not in it: ${gap}`),
  ];
}

function findings({ steps }: EnvironmentReport): string[] {
  const all = steps.flatMap((step) => (step.findings ?? []).map((finding) => ({ step, finding })));
  if (all.length === 0) return [];
  return [
    "",
    "### Checks",
    "",
    "| requirement | promise | verdict | seen | proved by |",
    "|---|---|---|---|---|",
    ...all.map(
      ({ step, finding: { requirement, title, verdict, detail, proof } }) =>
        `| ${[requirement, title, verdict, detail, proof ?? step.proof ?? ""].map(cell).join(" | ")} |`,
    ),
    ...all.flatMap(({ finding: { table } }) => (table === undefined ? [] : tableLines(table))),
  ];
}

/** Folded: it is looked up, not read. */
function tableLines({ title, columns, rows }: FindingTable): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [
    "",
    `<details><summary>${title}</summary>`,
    "",
    line(columns),
    `|${"---|".repeat(columns.length)}`,
    ...rows.map(line),
    "",
    "</details>",
  ];
}

function notes({ steps }: EnvironmentReport): string[] {
  const all = [...new Set(steps.flatMap((step) => step.notes ?? []))];
  return all.length === 0 ? [] : ["", "### Notes", "", ...all.map((note) => `- ${oneLine(note)}`)];
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ");
}

/** A pipe would end the cell. */
function cell(text: string): string {
  return oneLine(text).replaceAll("|", "\\|");
}
