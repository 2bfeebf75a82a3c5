import type { Interruption } from "../model";

/** Two levels of stopping one operation: end cleanly, then give up (pulumi.md 3.5). */
export class Interrupter implements Interruption {
  private readonly cancelling = new AbortController();
  private readonly terminating = new AbortController();

  get cancelled(): AbortSignal {
    return this.cancelling.signal;
  }
  get terminated(): AbortSignal {
    return this.terminating.signal;
  }

  cancel(): void {
    this.cancelling.abort();
  }
  terminate(): void {
    this.cancelling.abort();
    this.terminating.abort();
  }
}
