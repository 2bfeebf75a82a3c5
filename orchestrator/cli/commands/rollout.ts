import { version } from "../../../package.json";
import type { Subject } from "../../../policy/subject";
import { createWait, realClock } from "../../checks/wait";
import { SlipwayError } from "../../errors";
import { explain } from "../../report/explain";
import { writeReport } from "../../report/files";
import { glance, glanceLines } from "../../report/glance";
import { buildReport, type Report } from "../../report/report";
import { duration } from "../../report/words";
import { execute, type ExecuteRequest, type Execution } from "../../rollout/execute";
import type { Timing } from "../../rollout/context";
import { createInterruption, listenForSignals } from "../../rollout/interruption";
import { createLayout } from "../../rollout/layout";
import type { Parts } from "../../rollout/parts";
import { phases } from "../../rollout/phases";
import { processTable } from "../../rollout/processes";
import type { Command } from "../../rollout/step";
import { confirm } from "../confirm";
import { keptClusters, withCluster } from "../cluster";
import { clusterName, header } from "../header";
import type { Invocation } from "../invocation";
import { environmentNames } from "../options";
import { wireParts, wireEngine } from "../parts";
import type { DestroyOptions, PreviewOptions } from "../program";
import { createProgress } from "../progress/progress";
import { details, remarks } from "../progress/words";
import { wrap, type Terminal } from "../terminal";

/** The commands that work on environments step by step: preview, bootstrap, verify, destroy. */
export function rollout(command: Command) {
  return async (given: DestroyOptions & PreviewOptions, invocation: Invocation): Promise<number> => {
    const { terminal } = invocation;
    // Before anything is started: a wrong path is wrong usage.
    const manifests =
      given.manifests &&
      (await (await import("../../gate/manifests.js")).readManifests(given.manifests, invocation.stdin));
    if (command === "bootstrap") await (await import("../first-build.js")).requireFirstBuild(given, invocation.root);
    const { options, engine, execution } = await carryOut(command, given, invocation, {
      ...(manifests && { manifests }),
    });
    const report = reportOf(command, options, engine, execution);
    const files = writeReport(createLayout(options.stateDir, options.target).reports, report, terminal.redactor);
    if (command === "verify" && options.phase !== undefined)
      for (const line of explain(report)) terminal.line(wrapped(line, terminal));
    close(execution, report, terminal);
    terminal.line(`report: ${files.markdown}`);
    terminal.line(`        ${files.html}`);
    terminal.line(`        ${files.json}`);
    if (options.keepCluster) {
      for (const line of await keptClusters(options)) terminal.line(line);
      terminal.line("the next run on this state ends them, and slipway destroy removes them");
    }
    terminal.document(report);
    return execution.exitCode;
  };
}

/** What a command other than these may have to do with the steps. */
interface Hooks {
  readonly tellPlanned?: ExecuteRequest["tellPlanned"];
  /** Puts something between the steps and what they work with. */
  wrapParts?(parts: Parts): Parts;
  readonly anew?: boolean;
  /** Manifests that are judged together with the preview. */
  readonly manifests?: readonly Subject[];
  /** How long the environment is needed from now on, hours, when that is longer than a rollout takes (H4.3). */
  readonly neededHours?: number;
}

/** Runs a command's steps with progress, from its first line to its last step. */
export async function carryOut(
  command: Command,
  given: DestroyOptions,
  invocation: Invocation,
  { tellPlanned, wrapParts = (parts) => parts, anew = false, neededHours, manifests }: Hooks = {},
) {
  const { terminal, root } = invocation;
  const options = await withCluster(given, invocation);
  const engine = await wireEngine(options, invocation.variables);
  terminal.line(header(engine, options));
  await askFirst(command, options, invocation);
  const layout = createLayout(options.stateDir, options.target);
  const interruption = createInterruption();
  const stopListening = listenForSignals(interruption, (text) => terminal.aside(text));
  try {
    const parts = wireParts({
      options,
      root,
      layout,
      engine,
      redactor: terminal.redactor,
      warn: (text) => terminal.aside(text),
      interruption,
      variables: invocation.variables,
      ...(manifests && { manifests }),
    });
    const execution = await execute({
      command,
      environments: options.environment,
      phases,
      ...(options.from !== undefined && { from: options.from }),
      ...(options.to !== undefined && { to: options.to }),
      target: options.target,
      root,
      layout,
      parts: wrapParts(parts),
      redactor: terminal.redactor,
      interruption,
      processes: processTable,
      clock: { now: () => new Date(), milliseconds: () => performance.now() },
      waitUntil: createWait(realClock(interruption.cancelled), interruption.cancelled),
      destroyProtected: options.destroyProtected === true,
      ...(tellPlanned && { tellPlanned }),
      anew,
      // A rehearsal disturbs nobody at any time.
      ...(options.target === "aws" && { timing: timingOf(options, neededHours) }),
      observe: (steps) => createProgress(steps, terminal),
      say: (text) => terminal.line(text),
    });
    return { options, engine, execution };
  } finally {
    stopListening();
  }
}

/** What a run in a real account says about its time; what holds nodes is loaded when it is used. */
function timingOf({ outsideWindow: override }: Pick<DestroyOptions, "outsideWindow">, neededHours?: number): Timing {
  return {
    ...(override !== undefined && { override }),
    ...(neededHours !== undefined && { neededHours }),
    holdNodes: async (config, until) => (await import("../../timing/hold.js")).holdInAccount(config, until),
  };
}

export function reportOf(
  command: Command,
  options: Pick<DestroyOptions, "target" | "cluster">,
  engine: { kind: "pulumi" | "builtin"; version: string },
  { run, startedAt, endedAt, seconds, records, exitCode }: Execution,
): Report {
  return buildReport({
    slipway: version,
    command,
    run,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    seconds,
    target: options.target,
    engine: { kind: engine.kind, version: engine.version },
    cluster: clusterName(options),
    exitCode,
    records,
    known: environmentNames,
  });
}

/** A line that is too wide goes on where it began, two further in. */
function wrapped(line: string, { columns }: Terminal): string {
  const indent = /^ */.exec(line)?.[0] ?? "";
  const [first = "", ...rest] = wrap(line.trim(), columns - 2, indent).split("\n");
  return [first, ...rest.map((one) => `  ${one}`)].join("\n");
}

/** The closing lines. After a live list, which shows marks only, the reasons are told in full here. */
function close({ records, seconds }: Execution, report: Report, terminal: Terminal): void {
  const live = terminal.live && !terminal.json;
  if (live) {
    for (const record of records.filter(({ status }) => status === "failed")) {
      terminal.line(`${record.step.environment}: ${record.step.title} ${terminal.paint.bad("failed")}`);
      for (const line of details(record)) terminal.line(wrap(line, terminal.columns, "  "));
    }
  }
  if (live) for (const line of remarks(records)) terminal.line(wrap(line, terminal.columns, "  "));
  for (const { topology } of report.environments) if (topology !== undefined) terminal.line(`\n${topology}`);
  const table = glance(report);
  if (table !== undefined) for (const line of ["", ...glanceLines(table)]) terminal.line(line);
  const words = report.environments.map(({ name, result }) => `${name} ${result}`).join(", ");
  const good = report.result === "succeeded";
  terminal.line(
    `\n${terminal.paint[good ? "good" : "bad"](`${report.command} ${report.result}`)} in ${duration(seconds)}: ${words}`,
  );
}

/** Destroying, and building in a real account, is confirmed by a person or by --yes. */
async function askFirst(command: Command, options: DestroyOptions, { stdin, terminal }: Invocation): Promise<void> {
  const grave = command === "destroy" || (command === "bootstrap" && options.target === "aws");
  if (!grave || options.yes) return;
  const what = `${command} ${options.environment.join(", ")} on target ${options.target}`;
  if (!terminal.live || stdin.isTTY !== true) {
    throw new SlipwayError(
      "confirmation-needed",
      `${what} needs a confirmation and there is no terminal to ask on`,
      "add --yes when you mean it",
      "usage",
    );
  }
  if (await confirm(`${what}?`, stdin)) return;
  throw new SlipwayError(
    "not-confirmed",
    `${what} was not confirmed; nothing was touched`,
    "answer yes next time",
    "refused",
  );
}
