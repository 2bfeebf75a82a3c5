import { exitCodes, SlipwayError } from "../errors";
import type { Terminal } from "./terminal";
import { wrap } from "./terminal";

/** Says what went wrong and how to mend it, and returns the exit code. Anything but a SlipwayError is a defect. */
export function reportFailure(error: unknown, terminal: Terminal, debug: boolean): number {
  const known = error instanceof SlipwayError;
  const message = error instanceof Error ? error.message : String(error);
  const fix = known ? error.fix : "this is a defect of Slipway: run again with SLIPWAY_DEBUG=1 and report the trace";
  const code = known ? error.code : "internal";
  const exit = known ? exitCodes[error.kind] : 3;
  terminal.aside(wrap(`${terminal.paint.bad("error")} ${code}: ${message}`, terminal.columns));
  terminal.aside(wrap(`fix: ${fix}`, terminal.columns, "  "));
  if (debug && error instanceof Error && error.stack) terminal.aside(error.stack);
  terminal.document({ result: "failed", exitCode: exit, error: { code, message, fix } });
  return exit;
}
