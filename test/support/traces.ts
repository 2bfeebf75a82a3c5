/**
 * Stack traces, which the Pulumi SDK takes of every resource and promise, good or bad, and which cost as much as the
 * work itself. The command line goes without them (orchestrator/main.ts); so do tests, while the SDK runs: what they
 * expect is said outside, and fails with its place. `SLIPWAY_DEBUG` keeps them, as it does there.
 */
const wanted = process.env["SLIPWAY_DEBUG"] !== undefined;
let running = 0;
let limit = Error.stackTraceLimit;

/** Runs `action`, also several side by side, with errors that carry words and no trace. */
export async function withoutTraces<T>(action: () => Promise<T>): Promise<T> {
  if (wanted) return action();
  if (running++ === 0) {
    limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
  }
  try {
    return await action();
  } finally {
    if (--running === 0) Error.stackTraceLimit = limit;
  }
}
