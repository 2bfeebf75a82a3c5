import type { EnvironmentReport, Report, StepReport } from "./report";

/** All phases × environments of a run: one row per phase, one cell per environment that was asked for. */
export interface Glance {
  readonly environments: readonly string[];
  readonly rows: readonly GlanceRow[];
}
export interface GlanceRow {
  readonly number: number;
  readonly title: string;
  /** `5/5`, `failed 3/5`, `failed`, `built`, `not done`, `gone`, `off by configuration`: in the order of the environments. */
  readonly cells: readonly string[];
}

/** What a run came to, in one table; undefined when it had no phases, as a preview has none. */
export function glance(report: Report): Glance | undefined {
  const asked = report.environments.filter(({ result }) => result !== "excluded");
  const titles = new Map<number, string>();
  for (const { steps } of asked)
    for (const { phase, title } of steps) {
      // A title says what is done first: `build network and IAM`, `take down network and IAM`.
      if (phase !== undefined) titles.set(phase.number, title.replace(/^(?:build|verify|take down) /, ""));
    }
  if (titles.size === 0) return undefined;
  return {
    environments: asked.map(({ name }) => name),
    rows: [...titles]
      .sort(([one], [other]) => one - other)
      .map(([number, title]) => ({ number, title, cells: asked.map((environment) => cell(environment, number)) })),
  };
}

function cell({ steps }: EnvironmentReport, number: number): string {
  const own = steps.filter(({ phase }) => phase?.number === number);
  const findings = own.flatMap((step) => step.findings ?? []);
  const passed = findings.filter(({ verdict }) => verdict === "passed").length;
  const counted = findings.length === 0 ? "" : `${passed}/${findings.length}`;
  if (own.some(({ status }) => status === "failed")) return `failed ${counted}`.trim();
  if (own.length === 0 || own.some(notDone)) return "not done";
  const off = findings.find(({ state }) => state !== undefined)?.state;
  if (off !== undefined && passed === findings.length) return off;
  if (counted !== "") return counted;
  return own.some(({ kind }) => kind === "destroy") ? "gone" : "built";
}

const notDone = ({ status }: StepReport): boolean => status !== "succeeded" && status !== "failed";

/** The table as lines of text, its columns under one another. */
export function glanceLines({ environments, rows }: Glance): string[] {
  const widest = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length));
  const first = widest(rows.map(({ title }) => title));
  const columns = environments.map((name, index) => widest([name, ...rows.map(({ cells }) => cells[index] ?? "")]));
  const line = (head: string, cells: readonly string[]) =>
    [head, ...cells.map((text, index) => text.padEnd(columns[index] ?? 0))].join("  ").trimEnd();
  return [
    line(" ".repeat(first + 4), environments),
    ...rows.map(({ number, title, cells }) => line(`${String(number).padStart(2)}  ${title.padEnd(first)}`, cells)),
  ];
}
