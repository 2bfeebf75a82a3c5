import { dollars } from "../cost/budget";
import { glance } from "./glance";
import { changes, duration } from "./words";
import type { EnvironmentReport, Report, StepReport } from "./report";

/** Markup that is safe already; everything else is escaped on its way in. */
interface Markup {
  readonly html: string;
}
type Part = string | number | Markup | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function rendered(part: Part): string {
  if (Array.isArray(part)) return part.map(rendered).join("");
  if (typeof part === "object") return (part as Markup).html;
  return String(part).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}
/** `html\`<p>${text}</p>\``: what is put in is text, unless it is markup itself. */
function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return {
    html: pieces.map((piece, index) => piece + (index < parts.length ? rendered(parts[index] ?? "") : "")).join(""),
  };
}

/** Readable on paper, on a phone, and by those who do not see colours: every colour says what the words say too. */
const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:72rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #8884;overflow-wrap:anywhere}
.good{color:#1a7f37}.bad{color:#c62828;font-weight:600}.idle{color:#777}
@media (prefers-color-scheme:dark){.good{color:#56d364}.bad{color:#ff7b72}.idle{color:#999}}
summary{cursor:pointer;font-weight:600}pre{overflow-x:auto}`;

/** The report as one page for a browser: no script, nothing loaded from anywhere. */
export function toHtml(report: Report): string {
  const { command, result, run, startedAt, seconds, engine, target, cluster, exitCode } = report;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>Slipway ${command}: ${result}</title>
        <style>
          ${{ html: STYLE }}
        </style>
      </head>
      <body>
        <h1>Slipway ${command}: ${marked(result)}</h1>
        <p>
          Run ${run}, ${startedAt}, ${duration(seconds)}. Engine ${engine.kind} ${engine.version}, target ${target},
          cluster ${cluster}, exit code ${exitCode}.
        </p>
        ${target === "rehearsal" ? html`<p>This was a rehearsal: what is marked stand-in was proved against a stand-in, not against AWS; what is marked computed was worked out from the objects in the cluster.</p>` : ""}
        ${atAGlance(report)} ${report.environments.map(environmentSection)}
      </body>
    </html> `;
  return page.html;
}

/** A word with the colour of what it means. */
function marked(word: string): Markup {
  const bad = /^(?:failed|errored|inconclusive|interrupted)/.test(word);
  const idle = /^(?:not done|excluded|early exit|off by configuration)/.test(word);
  return html`<span class="${bad ? "bad" : idle ? "idle" : "good"}">${word}</span>`;
}

function table(heads: readonly string[], rows: readonly (readonly Part[])[]): Markup {
  const row = (cells: readonly Part[]) =>
    html`<tr>
      ${cells.map((cell) => html`<td>${cell}</td>`)}
    </tr> `;
  return html`<table>
    <thead>
      <tr>
        ${heads.map((head) => html`<th scope="col">${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(row)}
    </tbody>
  </table>`;
}

function atAGlance(report: Report): Part {
  const seen = glance(report);
  if (seen === undefined) return "";
  const rows = seen.rows.map(({ number, title, cells }) => [`${number} ${title}`, ...cells.map(marked)]);
  return html`<h2>At a glance</h2>
    <p>Checks passed of those made, by phase.</p>
    ${table(["phase", ...seen.environments], rows)}`;
}

function environmentSection(environment: EnvironmentReport): Markup {
  const { name, result, reason, steps, topology } = environment;
  const head = html`<h2>${name}: ${marked(result)}</h2> `;
  if (result === "excluded")
    return html`${head}
      <p>${reason ?? ""}</p>`;
  const cost = steps.find((step) => step.cost !== undefined)?.cost;
  const notes = [...new Set(steps.flatMap((step) => step.notes ?? []))];
  return html`${head}${steps.filter(({ status }) => status === "failed").map(trouble)}
<details${{ html: result === "failed" ? " open" : "" }}><summary>Steps</summary>
${table(["step", "result", "took", "what changed or was seen", "proved by"], steps.map(stepRow))}
</details>
${checks(steps)}
${cost === undefined ? "" : html`<p>About ${dollars(cost.total)} a month, by list prices of ${cost.asOf}.</p>`}
${
  notes.length === 0
    ? ""
    : html`<ul>
        ${notes.map((note) => html`<li>${note}</li>`)}
      </ul>`
}
${
  topology === undefined
    ? ""
    : html`<details>
        <summary>Network</summary>
        <pre>${topology}</pre>
      </details>`
}
`;
}

function stepRow(step: StepReport): Part[] {
  const passed = step.findings?.filter(({ verdict }) => verdict === "passed").length ?? 0;
  const seen = step.findings?.length ? `${passed} of ${step.findings.length} checks passed` : changes(step);
  const status = [marked(step.status), step.earlier ? " (earlier)" : ""];
  const done = step.status !== "early exit";
  return [step.title, status, done ? duration(step.seconds) : "", done ? seen : (step.reason ?? ""), step.proof ?? ""];
}

function trouble({ title, reason, fix, failures = [], diagnoses = [] }: StepReport): Markup {
  return html`<h3>What went wrong: ${title}</h3>
    <ul>
      ${reason === undefined ? "" : html`<li>why: ${reason}</li>`}
      ${fix === undefined ? "" : html`<li>fix: ${fix}</li>`}
      ${failures.map(({ urn, message }) => html`<li><code>${urn}</code>: ${message}</li>`)}
      ${diagnoses.map((one) => html`<li>cause (${one.requirement}): ${one.cause} [${one.subjects.join(", ")}]; fix: ${one.fix}</li>`)}
    </ul> `;
}

function checks(steps: readonly StepReport[]): Part {
  const all = steps.flatMap((step) => (step.findings ?? []).map((finding) => ({ step, finding })));
  if (all.length === 0) return "";
  const rows = all.map(({ step, finding: { requirement, title, verdict, detail, proof } }): Part[] => [
    requirement,
    title,
    marked(verdict),
    detail,
    proof ?? step.proof ?? "",
  ]);
  return html`<details>
    <summary>Checks</summary>
    ${table(["requirement", "promise", "verdict", "seen", "proved by"], rows)}
  </details>`;
}
