import type { Interruption } from "../model";

/** Thrown to whatever still wants to start a step after the run has stopped. */
export class Stopped extends Error {
  constructor(readonly why: "failed" | "cancelled" | "terminated") {
    super(`the operation has stopped: ${why}`);
  }
}
/** A step's failure has been reported; who waits for its resource must not report it again. */
export class StepFailed extends Error {
  constructor(readonly urn: string) {
    super(`${urn} failed`);
  }
}

/**
 * Lets at most `parallel` steps run at once, starts none after a failure or a first interruption, and gives up waiting
 * at the second.
 */
export class StepRunner {
  private broken = false;
  private readonly onStop: (() => void)[] = [];
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly idle: (() => void)[] = [];

  constructor(
    private readonly parallel: number,
    private readonly continueOnError: boolean,
    private readonly interruption: Interruption,
  ) {}

  get failed(): boolean {
    return this.broken;
  }
  set failed(failed: boolean) {
    this.broken ||= failed;
    if (this.stopped !== undefined) this.onStop.splice(0).forEach((tell) => tell());
  }

  /** Calls back once, when a failure has stopped the run. */
  whenStopped(tell: () => void): void {
    if (this.stopped === undefined) this.onStop.push(tell);
    else tell();
  }

  get stopped(): Stopped | undefined {
    if (this.interruption.terminated.aborted) return new Stopped("terminated");
    if (this.interruption.cancelled.aborted) return new Stopped("cancelled");
    return this.failed && !this.continueOnError ? new Stopped("failed") : undefined;
  }

  /** Runs one step in a free slot; rejects with Stopped instead of starting one that must not start. */
  async run<T>(step: () => Promise<T>): Promise<T> {
    // Asked again after waking: who came in between may have taken the slot.
    while (this.running >= this.parallel) await new Promise<void>((resolve) => this.waiting.push(resolve));
    const stopped = this.stopped;
    if (stopped !== undefined) {
      this.waiting.shift()?.();
      throw stopped;
    }
    this.running++;
    try {
      return await step();
    } finally {
      this.running--;
      this.waiting.shift()?.();
      if (this.running === 0) this.idle.splice(0).forEach((wake) => wake());
    }
  }

  /** Resolves when no step runs any more, or at once when the run is terminated. */
  async drained(): Promise<void> {
    const { terminated } = this.interruption;
    while (this.running > 0 && !terminated.aborted) {
      await new Promise<void>((resolve) => {
        this.idle.push(resolve);
        terminated.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }
}
