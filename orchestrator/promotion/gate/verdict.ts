import type { Verdict } from "../event";

/** How a gate's program or Job ended. */
export interface Ending {
  /** Exit code; undefined when it never began or was ended by a signal. */
  readonly code?: number;
  /** Why there is no code. */
  readonly why?: string;
  readonly output: string;
}

/** sysexits(3) EX_TEMPFAIL: try again, nothing is known. */
export const INCONCLUSIVE_CODE = 75;
/** A shell's codes for what cannot be run and what is not found. */
const NOT_RUN = [126, 127];

/**
 * What an ending proves. 0 passed, if the output shows what it has to show; 75 says itself that it could not judge; what
 * did not run or did not end by itself is an error; everything else failed. Pure.
 */
export function verdictOf(
  { code, why, output }: Ending,
  expects: string | undefined,
): { verdict: Verdict; summary: string } {
  if (code === undefined) return { verdict: "errored", summary: why ?? "it did not end by itself" };
  const last = output.trimEnd().split("\n").at(-1)?.trim().slice(0, 200) ?? "";
  const said = last === "" ? "it said nothing" : last;
  if (code === INCONCLUSIVE_CODE) return { verdict: "inconclusive", summary: said };
  if (NOT_RUN.includes(code)) return { verdict: "errored", summary: `it cannot be run (${code}): ${said}` };
  if (code !== 0) return { verdict: "failed", summary: `it ended with ${code}: ${said}` };
  if (expects !== undefined && !new RegExp(expects, "m").test(output)) {
    return { verdict: "inconclusive", summary: `it ended well, but its output shows nothing like ${expects}` };
  }
  return { verdict: "passed", summary: said };
}
