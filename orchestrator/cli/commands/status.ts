import { SlipwayError } from "../../errors";
import { createInterruption } from "../../rollout/interruption";
import { Journal, type JournalEntry } from "../../rollout/journal";
import { createLayout, type Layout } from "../../rollout/layout";
import { currentHolder } from "../../rollout/lease";
import type { Parts } from "../../rollout/parts";
import { phases } from "../../rollout/phases";
import { processTable } from "../../rollout/processes";
import { countByPhase } from "../../rollout/targets";
import { figuresOf } from "../../promotion/figures";
import { overview } from "../../promotion/overview";
import { withCluster } from "../cluster";
import { header } from "../header";
import type { Invocation } from "../invocation";
import type { CommonOptions } from "../options";
import { wireEngine, wireParts } from "../parts";
import { projectStore } from "../store";

/** Where one environment stands, from its journal and its state. */
export interface EnvironmentStatus {
  readonly environment: string;
  readonly built: boolean;
  readonly resources: number;
  readonly lastRun?: {
    readonly run: string;
    readonly command: string;
    readonly result: "succeeded" | "failed" | "unfinished";
  };
  /** Only asking the world can tell: `slipway verify` and `slipway preview` do. */
  readonly drift: "not asked";
  readonly usedBy?: string;
  readonly phases: readonly PhaseStatus[];
}
export interface PhaseStatus {
  readonly number: number;
  readonly name: string;
  readonly resources: number;
  /** When the phase was last verified, and how that ended; undefined when never since it was built. */
  readonly verified?: { readonly at: string; readonly result: "succeeded" | "failed" };
}

/** Prints where each environment stands. Reads; holds no lease. */
export async function statusCommand(given: CommonOptions, { terminal, root, variables }: Invocation): Promise<number> {
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
  const statuses: EnvironmentStatus[] = [];
  for (const environment of options.environment) statuses.push(await statusOf(environment, layout, parts));
  for (const status of statuses) for (const line of lines(status)) terminal.line(line);
  const entries = await projectStore(root, options).ledger.read();
  for (const line of overview(entries, options.environment, new Date())) terminal.line(line);
  const figures = figuresOf(entries, new Date());
  terminal.document({ result: "succeeded", exitCode: 0, environments: statuses, figures });
  return 0;
}

async function statusOf(environment: string, layout: Layout, parts: Parts): Promise<EnvironmentStatus> {
  const urns = await resourcesOf(environment, parts);
  const entries = Journal.read(layout.journal(environment));
  const holder = currentHolder(layout.environment(environment), processTable, new Date());
  const byPhase = countByPhase(urns ?? []);
  const lastRun = lastRunOf(entries);
  return {
    environment,
    built: urns !== undefined && urns.length > 0,
    resources: urns?.length ?? 0,
    ...(lastRun && { lastRun }),
    drift: "not asked",
    ...(holder && { usedBy: `${holder.command}, process ${holder.pid} on ${holder.host}` }),
    phases: phases.map(({ number, name }) => {
      const verified = byPhase[name] ? verifiedAt(entries, environment, name) : undefined;
      return { number, name, resources: byPhase[name] ?? 0, ...(verified && { verified }) };
    }),
  };
}

async function resourcesOf(environment: string, parts: Parts): Promise<string[] | undefined> {
  try {
    const { stack } = await parts.openStack({ environment, engineEnvironment: {}, create: false });
    return (await stack.state()).resources.map(({ urn }) => urn);
  } catch (error) {
    if (error instanceof SlipwayError && error.code === "no-such-stack") return undefined;
    throw error;
  }
}

/** The last verification after the last time the phase was built. Pure. */
export function verifiedAt(
  entries: readonly JournalEntry[],
  environment: string,
  phase: string,
): PhaseStatus["verified"] | undefined {
  let verified: PhaseStatus["verified"] | undefined;
  for (const entry of entries) {
    if (entry.event === "begin" && entry.step === `${environment}/up/${phase}`) verified = undefined;
    if (entry.event === "end" && entry.step === `${environment}/verify/${phase}`) {
      verified = { at: entry.at, result: entry.outcome.status };
    }
  }
  return verified;
}

/** The run that was begun last, and how it ended; `unfinished` when it was killed or still goes. Pure. */
export function lastRunOf(entries: readonly JournalEntry[]): EnvironmentStatus["lastRun"] | undefined {
  const begun = entries.findLast((entry) => entry.event === "run-begin");
  if (begun?.event !== "run-begin") return undefined;
  const ended = entries.slice(entries.lastIndexOf(begun)).find((entry) => entry.event === "run-end");
  const { command } = JSON.parse(begun.signature) as { command: string };
  return { run: begun.run, command, result: ended?.event === "run-end" ? ended.status : "unfinished" };
}

function lines(status: EnvironmentStatus): string[] {
  const { environment, built, resources, lastRun, usedBy } = status;
  const last = lastRun ? `last run ${lastRun.command} ${lastRun.result}` : "no run yet";
  return [
    `${environment}: ${built ? `${resources} resources` : "not built"}, ${last}, drift not asked`,
    ...(usedBy ? [`  in use by ${usedBy}`] : []),
    ...status.phases
      .filter(() => built)
      .map(({ number, name, resources, verified }) => {
        const seen = verified ? `verified ${verified.result} ${verified.at}` : "not verified";
        return `  ${String(number).padStart(2)} ${name.padEnd(14)} ${String(resources).padStart(4)} resources  ${resources > 0 ? seen : "not built"}`;
      }),
  ];
}
