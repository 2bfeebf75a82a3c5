import { readLatestReport } from "../../report/files";
import { toMarkdown } from "../../report/markdown";
import { createLayout } from "../../rollout/layout";
import type { Invocation } from "../invocation";
import type { CommonOptions } from "../options";

/** Prints the last report of a target, as Markdown or with --json as it is. */
export function reportCommand(options: CommonOptions, { terminal }: Invocation): Promise<number> {
  const report = readLatestReport(createLayout(options.stateDir, options.target).reports);
  if (terminal.json) terminal.document(report);
  else terminal.line(toMarkdown(report));
  return Promise.resolve(0);
}
