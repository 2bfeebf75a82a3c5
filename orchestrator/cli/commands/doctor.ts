import { createInterruption } from "../../rollout/interruption";
import { createLayout } from "../../rollout/layout";
import type { DoctorItem } from "../../rollout/context";
import { exitCodes } from "../../errors";
import { examineAll } from "../../doctor/doctor";
import { examineTools } from "../../doctor/tools";
import { realShell } from "../../doctor/shell";
import { withCluster } from "../cluster";
import { header } from "../header";
import type { Invocation } from "../invocation";
import type { CommonOptions } from "../options";
import { wireEngine, wireParts } from "../parts";
import { wrap } from "../terminal";

/** Preflight of everything at once, without building anything (A0). */
export async function doctorCommand(given: CommonOptions, { terminal, root, variables }: Invocation): Promise<number> {
  const options = await withCluster(given, { root, variables });
  const engine = await wireEngine(options, variables);
  terminal.line(header(engine, options));
  const layout = createLayout(options.stateDir, options.target);
  const parts = wireParts({
    options,
    root,
    layout,
    engine,
    redactor: terminal.redactor,
    warn: (text) => terminal.aside(text),
    interruption: createInterruption(),
    variables,
  });
  const [items, tools] = await Promise.all([
    examineAll({ parts, environments: options.environment, target: options.target }),
    examineTools(realShell),
  ]);
  const all = [...items, ...tools];
  for (const item of all) for (const line of lines(item, terminal.columns)) terminal.line(line);
  const missing = all.filter(({ status }) => status === "missing").length;
  const warnings = all.filter(({ status }) => status === "warning").length;
  const word = missing === 0 ? terminal.paint.good("ready") : terminal.paint.bad("not ready");
  terminal.line(`${word}: ${missing} missing, ${warnings} warnings, ${all.length} looked at`);
  terminal.document({ result: missing === 0 ? "succeeded" : "failed", exitCode: missing === 0 ? 0 : 2, items: all });
  return missing === 0 ? 0 : exitCodes.usage;
}

/** The word in a column of its own, what was seen beside it, and below it what to do. */
function lines({ name, environment, status, detail, remedy }: DoctorItem, columns: number): string[] {
  const column = " ".repeat(9);
  const seen = wrap(`${environment ? `${environment}: ` : ""}${name}: ${detail}`, columns, column);
  const head = status.padEnd(column.length) + seen.slice(column.length);
  return status === "ok" || remedy === undefined ? [head] : [head, wrap(`fix: ${remedy}`, columns, column)];
}
