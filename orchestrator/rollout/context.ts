import type { PlatformConfig } from "../../infra/config";
import type { PlatformOutputs } from "../../infra/outputs";
import type { CheckContext, Clients, PhaseCheck } from "../checks/check";
import type { AwsReader } from "../checks/aws/reader";
import type { PlannedResource } from "../cost/estimate";
import type { HoldNodes } from "../timing/hold";
import type { Sandbox } from "../sandbox/sandbox";
import type { Redactor } from "../report/redact";
import type { JudgeBeside } from "./beside";
import type { Interruption } from "./interruption";
import type { Phase } from "./phases";
import type { ProcessTable } from "./processes";
import type { StackPort } from "./stack";
import type { Command } from "./step";

/** Everything a step may use of its environment. Opened once per environment, closed when the run leaves it. */
export interface EnvironmentContext {
  readonly environment: string;
  readonly target: "rehearsal" | "aws";
  readonly phases: readonly Phase[];
  /** The phases this command is about (`--from`, `--to`). */
  readonly chosen: readonly Phase[];
  readonly config: PlatformConfig;
  readonly stack: StackPort;
  /** The rehearsal world; undefined on the aws target. */
  readonly sandbox?: Sandbox;
  readonly aws: AwsReader;
  /** The policy pack's folder and the level file of this environment. */
  readonly pack: { readonly directory: string; readonly config: string };
  readonly redactor: Redactor;
  readonly interruption: Interruption;
  readonly processes: ProcessTable;
  readonly now: () => Date;
  readonly waitUntil: CheckContext["waitUntil"];
  /** Takes down protected state as well; only ever true by the user's explicit flag. */
  readonly destroyProtected: boolean;
  readonly command: Command;
  /** Set where windows and working hours hold; undefined where nobody is disturbed at any time. */
  readonly timing: Timing | undefined;
  /** Told what the preview plans. */
  tellPlanned?(resources: readonly PlannedResource[]): void;
  /** What the preview planned per phase, in this run or the one it continues. */
  planned: Readonly<Record<string, number>> | undefined;
  /** Things a reader of the report should know of how this environment was opened. */
  readonly notes: readonly string[];
  checkOf(phase: Phase): Promise<PhaseCheck>;
  clientsFor(outputs: PlatformOutputs): Promise<Clients>;
  /** Judges what the pack does not see, by the same levels. */
  readonly judgeBeside?: JudgeBeside | undefined;
  /** Remediation of a policy rule by its name, from the pack's own table. */
  remediationOf(rule: string): Promise<string>;
  /** Facts the doctor asks of this environment before anything is touched. */
  preflight(): Promise<readonly DoctorItem[]>;
}

/** What a run has to say about its time (H1.4, H4.3). */
export interface Timing {
  /** Why it cannot wait for a maintenance window, in a person's words. */
  readonly override?: string;
  /** How long the environment is needed from now on, hours: its nodes do not rest before. */
  readonly neededHours?: number;
  /** Writes a hold; undefined where nodes never rest. */
  readonly holdNodes?: HoldNodes;
}

/** One answer of the doctor. `missing` stops a run, `warning` does not. */
export interface DoctorItem {
  readonly name: string;
  readonly requirement: string;
  readonly status: "ok" | "warning" | "missing";
  readonly detail: string;
  /** For anything but ok: what to do. */
  readonly remedy?: string;
  /** Set when the item belongs to one environment. */
  readonly environment?: string;
}
