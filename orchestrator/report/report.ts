import type { Diagnosis, Finding, Proof } from "../checks/check";
import type { Estimate } from "../cost/estimate";
import type { Status, StepKind, StepRecord, Violation } from "../rollout/step";

/** The report of one run. Its JSON Schema is docs/report.schema.json; a field that changes there is a breaking change. */
export interface Report {
  readonly schemaVersion: 1;
  readonly slipway: string;
  readonly command: string;
  /** Identifies the run; a resumed run keeps the id of the one it continues. */
  readonly run: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly seconds: number;
  readonly target: "rehearsal" | "aws";
  readonly engine: { readonly kind: "pulumi" | "builtin"; readonly version: string };
  readonly cluster: string;
  readonly result: "succeeded" | "failed" | "interrupted";
  readonly exitCode: number;
  /** True when steps finished in an earlier, interrupted run were not repeated. */
  readonly resumed: boolean;
  readonly environments: readonly EnvironmentReport[];
}

export interface EnvironmentReport {
  readonly name: string;
  readonly result: Status;
  /** Why it is excluded or exited early. */
  readonly reason?: string;
  readonly steps: readonly StepReport[];
  /** The network as text (A1.4), when this run saw it. */
  readonly topology?: string;
}

export interface StepReport {
  readonly id: string;
  readonly kind: StepKind;
  readonly title: string;
  readonly phase?: { readonly number: number; readonly name: string };
  readonly status: Status;
  readonly reason?: string;
  readonly fix?: string;
  /** Id of the step that stopped the run. */
  readonly cause?: string;
  readonly seconds: number;
  readonly earlier: boolean;
  readonly proof?: Proof;
  readonly changes?: Readonly<Record<string, number>>;
  readonly planned?: Readonly<Record<string, number>>;
  readonly cost?: Estimate;
  readonly packs?: readonly string[];
  readonly violations?: readonly Violation[];
  readonly failures?: readonly { readonly urn: string; readonly message: string }[];
  readonly findings?: readonly Finding[];
  readonly diagnoses?: readonly Diagnosis[];
  readonly notes?: readonly string[];
}

export interface ReportRequest extends Omit<Report, "schemaVersion" | "environments" | "result" | "resumed"> {
  readonly records: readonly StepRecord[];
  /** Every environment there is; those without a step are reported as excluded. */
  readonly known: readonly string[];
}

/** The report of these records. Pure; secrets are masked by whoever lets it out of the process. */
export function buildReport({ records, known, ...head }: ReportRequest): Report {
  return {
    schemaVersion: 1,
    ...head,
    result: head.exitCode === 0 ? "succeeded" : head.exitCode === 130 ? "interrupted" : "failed",
    resumed: records.some(({ earlier }) => earlier),
    environments: known.map((name) =>
      environmentReport(
        name,
        records.filter(({ step }) => step.environment === name),
      ),
    ),
  };
}

function environmentReport(name: string, records: readonly StepRecord[]): EnvironmentReport {
  const topology = records.find((record) => record.topology !== undefined)?.topology;
  const result = environmentResult(records);
  const reason = result === "excluded" ? "not asked for" : records.find((one) => one.status === "early exit")?.reason;
  return {
    name,
    result,
    ...((result === "excluded" || result === "early exit") && reason !== undefined && { reason }),
    steps: records.map(stepReport),
    ...(topology !== undefined && { topology }),
  };
}

function environmentResult(records: readonly StepRecord[]): Status {
  if (records.length === 0) return "excluded";
  if (records.some(({ status }) => status === "failed")) return "failed";
  return records.some(({ status }) => status === "early exit") ? "early exit" : "succeeded";
}

function stepReport({ step, topology: _, kind: _kind, ...record }: StepRecord): StepReport {
  return {
    id: step.id,
    kind: step.kind,
    title: step.title,
    ...(step.phase && { phase: { number: step.phase.number, name: step.phase.name } }),
    ...record,
  };
}
