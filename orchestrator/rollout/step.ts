import type { Estimate } from "../cost/estimate";
import type { Diagnosis, Finding, Proof } from "../checks/check";
import type { ErrorKind } from "../errors";
import type { Phase } from "./phases";

/** Commands that run steps. */
export type Command = "preview" | "bootstrap" | "verify" | "destroy";

/**
 * `preflight` asks without touching · `preview` judges the whole environment under the policy pack · `up` builds one
 * phase · `verify` proves it · `settle` previews the finished environment, which must show no change · `destroy`
 * takes one phase down · `remove` takes down what belongs to no phase and forgets the stack · `sweep` looks for
 * leftovers in the account.
 */
export type StepKind = "preflight" | "preview" | "up" | "verify" | "settle" | "destroy" | "remove" | "sweep";

export interface Step {
  /** `dev/up/Network`: unique in a plan and stable between runs, so that a resume finds it. */
  readonly id: string;
  readonly environment: string;
  readonly kind: StepKind;
  readonly phase?: Phase;
  /** For a person: `build network and IAM`. */
  readonly title: string;
}

/** The words of the report: `early exit` means an earlier step stopped the run, `excluded` that nobody asked for it. */
export type Status = "succeeded" | "failed" | "early exit" | "excluded";

/** One broken rule, as the gate saw it. */
export interface Violation {
  readonly urn: string;
  readonly rule: string;
  readonly level: "mandatory" | "advisory";
  readonly reason: string;
  readonly remediation: string;
}

/** What a step leaves for the journal and the report. Plain JSON without secrets. */
export interface StepData {
  /** What proved this result (design.md, Honesty rule). */
  readonly proof?: Proof;
  /** Engine operation → resources. */
  readonly changes?: Readonly<Record<string, number>>;
  /** Phase → resources the preview plans for it. */
  readonly planned?: Readonly<Record<string, number>>;
  readonly violations?: readonly Violation[];
  /** Policy packs that judged, with their versions. */
  readonly packs?: readonly string[];
  readonly findings?: readonly Finding[];
  readonly diagnoses?: readonly Diagnosis[];
  /** Resources the engine could not bring about, with the provider's words. */
  readonly failures?: readonly { readonly urn: string; readonly message: string }[];
  /** What a reader should know besides: takeovers, stand-in values, adopted resources. */
  readonly notes?: readonly string[];
  /** What the previewed environment would cost a month (B5). */
  readonly cost?: Estimate;
  /** Text diagram of the network (A1.4). */
  readonly topology?: string;
}

export interface StepOutcome extends StepData {
  readonly status: "succeeded" | "failed";
  /** For a failure: what, where and why. */
  readonly reason?: string;
  /** For a failure: what to do. */
  readonly fix?: string;
  /** For a failure: decides the exit code. */
  readonly kind?: ErrorKind;
}

/** What became of one step of a run. */
export interface StepRecord extends StepData {
  readonly step: Step;
  readonly status: Status;
  readonly reason?: string;
  readonly fix?: string;
  readonly kind?: ErrorKind;
  /** Id of the step that stopped the run, for an early exit. */
  readonly cause?: string;
  readonly seconds: number;
  /** True when the step finished in the interrupted run that this one continues. */
  readonly earlier: boolean;
}
