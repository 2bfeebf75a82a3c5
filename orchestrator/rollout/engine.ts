import type { PulumiCommand } from "@pulumi/pulumi/automation";

/** Which Pulumi runs the program; `engine/select.ts` finds it. */
export interface Engine {
  readonly kind: "pulumi" | "builtin";
  /** Of the engine itself, e.g. `3.260.0`. */
  readonly version: string;
  /** For the first line of output: `Pulumi CLI 3.260.0`, `built-in rehearsal engine 0.1.0`. */
  readonly label: string;
  /** One command object for the whole process, made on first use. */
  command(): Promise<PulumiCommand>;
  /** Ends the running operation: `cancel` lets running steps finish, `terminate` does not wait. */
  interrupt(how: "cancel" | "terminate"): void;
}
