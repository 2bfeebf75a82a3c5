import type { PlatformConfig } from "../../infra/config";
import type { PlatformOutputs } from "../../infra/outputs";
import type { AwsReader } from "../checks/aws/reader";
import type { Clients, PhaseCheck } from "../checks/check";
import type { Sandbox } from "../sandbox/sandbox";
import type { DoctorItem } from "./context";
import type { JudgeBeside } from "./beside";
import type { Engine } from "./engine";
import type { StackPort } from "./stack";

/** What a rollout is assembled from. `cli/parts.ts` wires the real ones; tests bring strict fakes. */
export interface Parts {
  /** The checked configuration. @throws SlipwayError naming every mistake at once. */
  loadConfig(environment: string): Promise<PlatformConfig>;
  startSandbox(environment: string, directory: string, config: PlatformConfig): Promise<Sandbox>;
  realAws(config: PlatformConfig): Promise<AwsReader>;
  openStack(request: {
    readonly environment: string;
    readonly engineEnvironment: Readonly<Record<string, string>>;
    readonly create: boolean;
  }): Promise<{ readonly stack: StackPort; readonly notes: readonly string[] }>;
  clients(request: {
    readonly outputs: PlatformOutputs;
    readonly sandbox?: Sandbox;
    readonly aws: AwsReader;
  }): Promise<Clients>;
  checkOf(phaseName: string): Promise<PhaseCheck>;
  remediationOf(rule: string): Promise<string>;
  /** What the rules say of things that the pack does not see; absent where there are none. */
  readonly judgeBeside?: JudgeBeside;
  /** What the doctor says of this machine, asked once per process. */
  examineMachine(): Promise<readonly DoctorItem[]>;
  /** What the doctor says of one environment and its account. */
  examineEnvironment(environment: string, config: PlatformConfig, aws: AwsReader): Promise<readonly DoctorItem[]>;
  readonly engine: Engine;
}
