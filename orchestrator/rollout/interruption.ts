/** First signal: the running step ends cleanly and none is started. Second: waiting ends; what was in flight stays recorded. */
export interface Interruption {
  readonly cancelled: AbortSignal;
  readonly terminated: AbortSignal;
}

export interface InterruptionSource extends Interruption {
  /** Called once per signal received. */
  signal(): void;
}

/** Counts signals: one cancels, two terminate, more change nothing. */
export function createInterruption(): InterruptionSource {
  const cancelled = new AbortController();
  const terminated = new AbortController();
  return {
    cancelled: cancelled.signal,
    terminated: terminated.signal,
    signal() {
      if (cancelled.signal.aborted) terminated.abort();
      else cancelled.abort();
    },
  };
}

/** Turns SIGINT and SIGTERM of this process into signals of `source` until the returned function is called. */
export function listenForSignals(source: InterruptionSource, say: (text: string) => void): () => void {
  const received = () => {
    source.signal();
    say(
      source.terminated.aborted
        ? "stopping now; what was in flight is recorded and the next run picks it up"
        : "interrupted: the running step ends first (once more stops at once); run the same command again to continue",
    );
  };
  process.on("SIGINT", received);
  process.on("SIGTERM", received);
  return () => {
    process.off("SIGINT", received);
    process.off("SIGTERM", received);
  };
}
