import type { Command } from "./step";

/** Commands whose finished steps are kept when an interrupted run is continued; the others only look. */
export const RESUMABLE: readonly Command[] = ["bootstrap", "destroy"];

/** The same text means the same work, so that only the same command continues an interrupted run. */
export function signatureOf(request: {
  readonly command: Command;
  readonly environments: readonly string[];
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly target: string;
}): string {
  const { command, environments, from, to, target } = request;
  return JSON.stringify({ command, environments, from, to, target });
}
