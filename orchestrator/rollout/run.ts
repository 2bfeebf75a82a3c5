import { SlipwayError } from "../errors";
import type { Interruption } from "./interruption";
import type { Journal } from "./journal";
import { engineWords } from "./operation";
import type { Finished } from "./resume";
import type { Step, StepOutcome, StepRecord } from "./step";

/** Wall time for the journal, monotonic milliseconds for durations. */
export interface Clock {
  now(): Date;
  milliseconds(): number;
}

/** Who wants to know how the run goes: the terminal, the tests. */
export interface Observer {
  begin(step: Step): void;
  end(record: StepRecord): void;
}

export interface RunRequest {
  readonly run: string;
  /** Environments do not wait for one another: for steps that change nothing, of which none depends on another's. */
  readonly sideBySide?: boolean;
  readonly steps: readonly Step[];
  readonly finished: ReadonlyMap<string, Finished>;
  readonly journals: ReadonlyMap<string, Pick<Journal, "append">>;
  readonly interruption: Interruption;
  readonly clock: Clock;
  readonly observer: Observer;
  /** Does one step. An expected failure is an outcome; a throw becomes one. */
  perform(step: Step): Promise<StepOutcome>;
  /** Called after the last step of an environment was tried, to end its servers. */
  leave(environment: string): Promise<void>;
}

/**
 * Runs the steps in order and returns a record for every one of them: after a failure or an interruption the rest exit
 * early with the cause. Each step is in the journal before its first effect and after its last.
 */
export async function run(request: RunRequest): Promise<StepRecord[]> {
  if (request.sideBySide !== true) return inOrder(request.steps, request);
  const environments = [...new Set(request.steps.map(({ environment }) => environment))];
  const ended = await Promise.allSettled(
    environments.map((name) =>
      inOrder(
        request.steps.filter(({ environment }) => environment === name),
        request,
      ),
    ),
  );
  return ended.flatMap((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}

async function inOrder(steps: readonly Step[], request: RunRequest): Promise<StepRecord[]> {
  const records: StepRecord[] = [];
  let stopped: { cause: string; reason: string } | undefined;
  for (const [index, step] of steps.entries()) {
    const earlier = request.finished.get(step.id);
    let record: StepRecord;
    if (earlier) {
      const { outcome, seconds } = earlier;
      record = { ...outcome, step, seconds, earlier: true };
    } else if (stopped) {
      record = { step, status: "early exit", ...stopped, seconds: 0, earlier: false };
    } else if (request.interruption.cancelled.aborted) {
      stopped = { cause: step.id, reason: "the run was interrupted" };
      record = { step, status: "early exit", ...stopped, kind: "interrupted", seconds: 0, earlier: false };
    } else {
      request.observer.begin(step);
      record = await one(step, request);
      if (record.status === "failed") {
        stopped = {
          cause: step.id,
          reason: `${step.id} ${record.kind === "interrupted" ? "was interrupted" : "failed"}`,
        };
      }
    }
    request.observer.end(record);
    records.push(record);
    if (steps[index + 1]?.environment !== step.environment) await request.leave(step.environment);
  }
  return records;
}

async function one(step: Step, request: RunRequest): Promise<StepRecord> {
  const { clock, run } = request;
  const started = clock.milliseconds();
  const elapsed = () => Math.round(clock.milliseconds() - started) / 1000;
  const journal = request.journals.get(step.environment);
  try {
    journal?.append({ event: "begin", run, at: clock.now().toISOString(), step: step.id });
    const outcome = await request.perform(step).catch(failedBy);
    const seconds = elapsed();
    journal?.append({ event: "end", run, at: clock.now().toISOString(), step: step.id, seconds, outcome });
    return { ...outcome, step, seconds, earlier: false };
  } catch (error) {
    // The journal itself could not be written: what the step did stands, but nothing more may be begun.
    return { ...failedBy(error), step, seconds: elapsed(), earlier: false };
  }
}

/** Any throw as an outcome; one that is no SlipwayError is a defect of ours and says so. */
export function failedBy(error: unknown): StepOutcome {
  if (error instanceof SlipwayError) {
    return { status: "failed", reason: error.message, fix: error.fix, kind: error.kind };
  }
  const said = engineWords(error);
  if (said !== undefined) {
    const fix = "mend what the engine complains of, then run the same command again: it continues here";
    return { status: "failed", reason: `the engine refused: ${said}`, fix, kind: "engine" };
  }
  return {
    status: "failed",
    reason: error instanceof Error ? error.message : String(error),
    fix: "this is a defect of Slipway: run again with SLIPWAY_DEBUG=1 and report the trace",
    kind: "engine",
  };
}
