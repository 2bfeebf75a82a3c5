import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { SlipwayError } from "../errors";
import { writeFileWhole } from "../rollout/files";
import { toHtml } from "./html";
import { toMarkdown } from "./markdown";
import type { Redactor } from "./redact";
import type { Report } from "./report";

export interface ReportFiles {
  readonly json: string;
  readonly markdown: string;
  readonly html: string;
}

/** Writes its three forms under the run's id and as `latest`, masked. */
export function writeReport(directory: string, report: Report, redactor: Redactor): ReportFiles {
  const safe = redactor.data(report);
  const json = `${JSON.stringify(safe, null, 2)}\n`;
  const markdown = toMarkdown(safe);
  const file = (ending: string) => path.join(directory, `${safe.run}.${ending}`);
  const files = { json: file("json"), markdown: file("md"), html: file("html") };
  writeFileWhole(files.json, json);
  writeFileWhole(files.markdown, markdown);
  writeFileWhole(files.html, toHtml(safe));
  writeFileWhole(path.join(directory, "latest.json"), json);
  return files;
}

/** The last report. @throws SlipwayError when there is none, or when it cannot be read. */
export function readLatestReport(directory: string): Report {
  const file = path.join(directory, "latest.json");
  if (!existsSync(file)) {
    throw new SlipwayError(
      "no-report",
      `there is no report in ${directory}`,
      "run bootstrap, preview, verify or destroy first, or name their --state-dir and --target",
      "usage",
    );
  }
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch (error) {
    throw new SlipwayError(
      "report-corrupt",
      `${file} is no report: ${error instanceof Error ? error.message : String(error)}`,
      "run the command again; the reports of single runs beside it may still be whole",
      "failure",
      { cause: error },
    );
  }
}
