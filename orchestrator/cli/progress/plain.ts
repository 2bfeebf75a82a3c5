import { duration } from "../../report/words";
import type { StepRecord } from "../../rollout/step";
import type { Terminal } from "../terminal";
import { wrap } from "../terminal";
import type { Progress } from "./progress";
import { details } from "./words";

/**
 * One line when a step begins and one when it ends: no control characters, readable in a log. Steps that are not done for
 * one reason are one line together: forty of them would push what failed off the screen.
 */
export function plainProgress(terminal: Terminal): Progress {
  let skipped: StepRecord[] = [];
  const tell = (record: StepRecord, more = "") => {
    terminal.line(`${record.step.environment}: ${record.step.title}${more} ${ending(record)}`);
    for (const line of details(record)) terminal.line(wrap(line, terminal.columns, "  "));
  };
  const flush = () => {
    const [first, ...rest] = skipped;
    skipped = [];
    if (first !== undefined)
      tell(first, rest.length === 0 ? "" : ` and ${rest.length} later step${rest.length === 1 ? "" : "s"}`);
  };
  return {
    begin: (step) => {
      flush();
      terminal.line(`${step.environment}: ${step.title} ...`);
    },
    end: (record) => {
      const [first] = skipped;
      const together = first?.step.environment === record.step.environment && first.reason === record.reason;
      if (record.status !== "early exit" || !together) flush();
      if (record.status === "early exit") skipped.push(record);
      else tell(record);
    },
    finish: () => {
      flush();
      return Promise.resolve();
    },
  };
}

function ending(record: StepRecord): string {
  if (record.earlier) return "finished in the run before";
  if (record.status === "early exit") return `not done: ${record.reason ?? ""}`;
  return `${record.status} (${duration(record.seconds)})`;
}
