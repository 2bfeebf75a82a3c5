import type { CliRequest } from "./run-cli";
import type { Terminal } from "./terminal";

/** What a command knows besides its options. */
export interface Invocation extends CliRequest {
  readonly terminal: Terminal;
}
