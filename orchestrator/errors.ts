/**
 * The one error family. Everything Slipway refuses is one of these: a stable code for machines, a message that says
 * what, where and why, and the fix in words a person can act on. `main.ts` maps the code's class to the exit code.
 */
export class SlipwayError extends Error {
  constructor(
    /** Stable, kebab-case, e.g. `lock-held`. */
    readonly code: string,
    message: string,
    /** What to do about it: one sentence, imperative. */
    readonly fix: string,
    /** Decides the exit code (design.md, Command line). */
    readonly kind: ErrorKind = "failure",
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "SlipwayError";
  }
}

/** usage → 2, engine → 3, refused → 4, interrupted → 130, failure → 1. */
export type ErrorKind = "failure" | "usage" | "engine" | "refused" | "interrupted";

/** Exit code per kind; 0 is success. */
export const exitCodes: Readonly<Record<ErrorKind, number>> = {
  failure: 1,
  usage: 2,
  engine: 3,
  refused: 4,
  interrupted: 130,
};
