import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import path from "node:path";
import { exitCodes } from "../errors";
import type { PlatformConfig } from "../../infra/config";
import type { WaitUntil } from "../checks/check";
import type { PlannedResource } from "../cost/estimate";
import type { Redactor } from "../report/redact";
import type { Timing } from "./context";
import { openEnvironment, type OpenEnvironment } from "./environment";
import { fingerprint } from "./fingerprint";
import type { Interruption } from "./interruption";
import { Journal } from "./journal";
import { makeFolders, type Layout } from "./layout";
import { acquireLease, HEARTBEAT_SECONDS, type Lease } from "./lease";
import type { Parts } from "./parts";
import { selectPhases, type Phase } from "./phases";
import { plan } from "./plan";
import type { ProcessTable } from "./processes";
import { findResume, type Resume } from "./resume";
import { run, type Clock, type Observer } from "./run";
import { RESUMABLE, signatureOf } from "./signature";
import type { Command, Step, StepRecord } from "./step";
import { perform } from "./steps";

export interface ExecuteRequest {
  readonly command: Command;
  readonly environments: readonly string[];
  readonly phases: readonly Phase[];
  readonly from?: number;
  readonly to?: number;
  readonly target: "rehearsal" | "aws";
  /** Folder of the program and its settings. */
  readonly root: string;
  readonly layout: Layout;
  readonly parts: Parts;
  readonly redactor: Redactor;
  readonly interruption: Interruption;
  readonly processes: ProcessTable;
  readonly clock: Clock;
  readonly waitUntil: WaitUntil;
  readonly destroyProtected: boolean;
  /** Set where maintenance windows and working hours hold (H1.4, H4.3). */
  readonly timing?: Timing;
  /** Repeats also what an interrupted run had finished: where what was seen then must not count now. */
  readonly anew?: boolean;
  /** Told what the preview of an environment plans, with inputs as far as they are known. */
  tellPlanned?(config: PlatformConfig, resources: readonly PlannedResource[]): void;
  /** Called once with the plan before the first step. */
  observe(steps: readonly Step[]): Promise<Observer & { finish(): Promise<void> }>;
  /** One line beside the progress: resumption, takeovers. */
  say(text: string): void;
}

export interface Execution {
  readonly run: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly seconds: number;
  readonly records: readonly StepRecord[];
  readonly exitCode: number;
}

/**
 * Plans a command and carries it out, holding every environment's lease from before the first step until after the
 * last. Never throws for what a step met; throws what keeps a run from starting (lease held, journal corrupt, state
 * directory unusable).
 */
export async function execute(request: ExecuteRequest): Promise<Execution> {
  const { environments, layout, clock } = request;
  const steps = plan(request);
  const startedAt = clock.now();
  const started = clock.milliseconds();
  makeFolders(layout.base, layout.temporary);
  const leases = takeLeases(request);
  const beating = setInterval(() => beat(leases, request.say), HEARTBEAT_SECONDS * 1000);
  beating.unref();
  try {
    const journals = new Map(environments.map((name) => [name, Journal.open(layout.journal(name))]));
    const resume = findWork(request, steps, journals);
    const id = resume?.run ?? newRunId(startedAt);
    const temporary = path.join(layout.temporary, id);
    makeFolders(temporary);
    const restore = useTemporary(temporary);
    try {
      for (const [name, journal] of journals) journal.append(beginning(request, id, name));
      const records = await runSteps(request, { steps, id, journals, resume });
      const exitCode = exitCodeOf(records);
      finish(journals, id, exitCode, request);
      const seconds = Math.round(clock.milliseconds() - started) / 1000;
      return { run: id, startedAt, endedAt: clock.now(), seconds, records, exitCode };
    } finally {
      restore();
      rmSync(temporary, { recursive: true, force: true });
    }
  } finally {
    clearInterval(beating);
    release(leases, request.say);
  }
}

/** All or none: a run that cannot have every environment touches none. */
function takeLeases({ environments, layout, processes, clock, command, say }: ExecuteRequest): Lease[] {
  const leases: Lease[] = [];
  try {
    for (const environment of environments) {
      const directory = layout.environment(environment);
      const lease = acquireLease({
        directory,
        environment,
        command: `slipway ${command}`,
        processes,
        now: () => clock.now(),
      });
      leases.push(lease);
      if (lease.takenFrom) {
        const { pid, host, heartbeat } = lease.takenFrom;
        say(`${environment}: took over from process ${pid} on ${host}, which died after ${heartbeat}`);
      }
    }
    return leases;
  } catch (error) {
    release(leases, say);
    throw error;
  }
}

function beat(leases: readonly Lease[], say: (text: string) => void): void {
  for (const lease of leases) {
    try {
      lease.renew();
    } catch (error) {
      say(`the lease could not be renewed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Best effort: a lease that cannot be released is recognised as dead by the next run. */
function release(leases: readonly Lease[], say: (text: string) => void): void {
  for (const lease of leases) {
    try {
      lease.release();
    } catch (error) {
      say(`the lease could not be released: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function findWork(
  request: ExecuteRequest,
  steps: readonly Step[],
  journals: ReadonlyMap<string, Journal>,
): Resume | undefined {
  if (request.anew === true || !RESUMABLE.includes(request.command)) return undefined;
  const resume = findResume({
    steps,
    signature: signatureOf(request),
    fingerprints: new Map(request.environments.map((name) => [name, fingerprint(request.root, name)])),
    journals: new Map([...journals].map(([name, journal]) => [name, journal.entries])),
  });
  if (resume === undefined) return undefined;
  const kept = resume.finished.size;
  request.say(`continuing run ${resume.run}: ${kept} finished ${kept === 1 ? "step is" : "steps are"} not repeated`);
  for (const name of resume.changed) {
    request.say(`${name}: configuration or program changed since; everything there is previewed and checked again`);
  }
  return resume;
}

function beginning(request: ExecuteRequest, run: string, environment: string) {
  return {
    event: "run-begin" as const,
    run,
    at: request.clock.now().toISOString(),
    signature: signatureOf(request),
    fingerprint: fingerprint(request.root, environment),
  };
}

interface Work {
  readonly steps: readonly Step[];
  readonly id: string;
  readonly journals: ReadonlyMap<string, Journal>;
  readonly resume: Resume | undefined;
}

async function runSteps(request: ExecuteRequest, { steps, id, journals, resume }: Work): Promise<StepRecord[]> {
  const { redactor, phases, from, to } = request;
  const open = new Map<string, OpenEnvironment>();
  const finished = resume?.finished ?? new Map();
  const chosen = selectPhases(phases, from, to);
  const observer = await request.observe(steps);
  const safe = new Map(
    [...journals].map(([name, journal]) => [name, { append: (entry: never) => journal.append(redactor.data(entry)) }]),
  );
  const records = await run({
    run: id,
    steps,
    // A preview touches nothing, and one environment's says nothing of another's.
    sideBySide: request.command === "preview",
    finished,
    journals: safe,
    interruption: request.interruption,
    clock: request.clock,
    observer,
    async perform(step) {
      let environment = open.get(step.environment);
      if (environment === undefined) {
        const planned = finished.get(`${step.environment}/preview`)?.outcome.planned;
        environment = await openEnvironment({ ...request, environment: step.environment, chosen, planned });
        open.set(step.environment, environment);
      }
      return perform(step, environment.context);
    },
    async leave(environment) {
      await open.get(environment)?.close();
      open.delete(environment);
    },
  });
  await observer.finish();
  return records;
}

function finish(journals: ReadonlyMap<string, Journal>, run: string, exitCode: number, request: ExecuteRequest): void {
  for (const journal of journals.values()) {
    try {
      const status = exitCode === 0 ? "succeeded" : "failed";
      journal.append({ event: "run-end", run, at: request.clock.now().toISOString(), status });
    } catch (error) {
      // Told already by the step that met it; without this line the run merely counts as interrupted.
      request.say(`the journal could not be closed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** 0, or the code of the step that stopped the run (design.md, Command line). */
export function exitCodeOf(records: readonly StepRecord[]): number {
  const stopped = records.find(({ status, kind }) => status === "failed" || kind === "interrupted");
  return stopped === undefined ? 0 : exitCodes[stopped.kind ?? "failure"];
}

/** Sorts by time and is unique without coordination: `20260102T030405Z-1a2b3c4d`. */
function newRunId(now: Date): string {
  return `${now.toISOString().replace(/[-:]|\.\d+/g, "")}-${randomUUID().slice(0, 8)}`;
}

/** The Automation API leaves folders in os.tmpdir(), some with state in clear text (pulumi.md 3.8): ours is private and removed. */
function useTemporary(directory: string): () => void {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = directory;
  return () => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  };
}
