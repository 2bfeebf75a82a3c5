import type { EngineEvent, PulumiCommand, PulumiFn } from "@pulumi/pulumi/automation";

/** Which Pulumi runs the program; `engine/select.ts` finds it. */
export interface Engine {
  readonly kind: "pulumi" | "builtin";
  /** Of the engine itself, e.g. `3.260.0`. */
  readonly version: string;
  /** For the first line of output: `Pulumi CLI 3.260.0`, `built-in rehearsal engine 0.1.0`. */
  readonly label: string;
  /** One command object for the whole process, made on first use. */
  command(): Promise<PulumiCommand>;
  /** The program as an engine in this process hears it best; a CLI takes it as it is. */
  nearby?(program: PulumiFn): PulumiFn;
  /** Hands the listener the events of what `action` runs directly; without it they come over the Automation API. */
  listening?<T>(listener: (event: EngineEvent) => void, action: () => Promise<T>): Promise<T>;
  /** Resolves, within a running program, once all that it has declared stands with these outputs; only an engine in this process can tell. */
  standstill?(outputs: Readonly<Record<string, unknown>>): Promise<void>;
  /** Ends the running operation: `cancel` lets running steps finish, `terminate` does not wait. */
  interrupt(how: "cancel" | "terminate"): void;
}
