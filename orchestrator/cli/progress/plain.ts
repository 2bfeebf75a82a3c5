import { duration } from "../../report/words";
import type { StepRecord } from "../../rollout/step";
import type { Terminal } from "../terminal";
import { wrap } from "../terminal";
import type { Progress } from "./progress";
import { details } from "./words";

/** One line when a step begins and one when it ends: no control characters, readable in a log. */
export function plainProgress(terminal: Terminal): Progress {
  return {
    begin: (step) => terminal.line(`${step.environment}: ${step.title} ...`),
    end: (record) => {
      terminal.line(`${record.step.environment}: ${record.step.title} ${ending(record)}`);
      for (const line of details(record)) terminal.line(wrap(line, terminal.columns, "  "));
    },
    finish: () => Promise.resolve(),
  };
}

function ending(record: StepRecord): string {
  if (record.earlier) return "finished in the run before";
  if (record.status === "early exit") return `not done: ${record.reason ?? ""}`;
  return `${record.status} (${duration(record.seconds)})`;
}
