import { setTimeout as sleep } from "node:timers/promises";
import type { WaitUntil } from "./check";

/** What waiting needs from the world; tests bring their own. */
export interface WaitClock {
  milliseconds(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** First pause between attempts, and the longest: quick where things are quick, no hammering where they are not. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** The real clock; sleeping ends early, without an error, when the run is interrupted. */
export function realClock(interrupted: AbortSignal): WaitClock {
  return {
    milliseconds: () => performance.now(),
    sleep: (milliseconds) => sleep(milliseconds, undefined, { signal: interrupted }).catch(() => undefined),
  };
}

/**
 * The one wait of the program: tries at once, then again after growing pauses, until done, the deadline or an
 * interruption. What it saw last is the result either way; the caller judges it.
 */
export function createWait(clock: WaitClock, interrupted: AbortSignal): WaitUntil {
  return async ({ deadlineSeconds, attempt }) => {
    const deadline = clock.milliseconds() + deadlineSeconds * 1000;
    let pause = FIRST_PAUSE_MS;
    for (;;) {
      const seen = await attempt();
      const left = deadline - clock.milliseconds();
      if (seen.done || left <= 0 || interrupted.aborted) return seen;
      await clock.sleep(Math.min(pause, left));
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  };
}
