import type { PlatformConfig } from "../../infra/config";
import type { Command } from "../rollout/step";
import { inZone, nextStretch, stretchAt, type Stretch } from "./weekly-hours";

export interface TimingQuestion {
  readonly config: Pick<PlatformConfig, "environment" | "maintenance" | "cost">;
  readonly command: Command;
  readonly now: Date;
  /** Why it cannot wait for a window, in a person's words. */
  readonly override?: string;
  /** Until when somebody holds the environment's nodes; undefined without a hold. */
  readonly heldUntil?: Date;
}
export interface TimingVerdict {
  /** What the report should say: an override with its reason. */
  readonly notes: readonly string[];
  readonly refusal?: { readonly reason: string; readonly fix: string };
}

/** Commands that change an environment; the others look. */
const CHANGING: readonly Command[] = ["bootstrap", "destroy"];
/** Commands that take missing nodes for damage. */
const NEEDS_NODES: readonly Command[] = ["bootstrap", "verify"];

/**
 * Whether now is the time: changes outside a maintenance window need an override with a reason (H1.4), and an
 * environment whose nodes rest is neither built nor judged (H4.3). Pure.
 */
export function judgeTime({ config, command, now, override, heldUntil }: TimingQuestion): TimingVerdict {
  const { environment, maintenance, cost } = config;
  const notes: string[] = [];
  const { windows } = maintenance;
  if (CHANGING.includes(command) && windows.length > 0 && stretchAt(windows, now) === undefined) {
    const next = nextStretch(windows, now);
    if (override === undefined) {
      const when = told(next, windows[0]?.timeZone);
      return {
        notes,
        refusal: {
          reason: `${environment} is changed in its maintenance windows only, and now there is none; nothing was touched. The next begins ${when}`,
          fix: `wait for it, or say why it cannot wait: --outside-window "REASON"; the reason is kept in journal and report`,
        },
      };
    }
    notes.push(`outside every maintenance window, because: ${override}`);
  }
  const hours = cost.workingHours;
  if (!NEEDS_NODES.includes(command) || hours === undefined || stretchAt([hours], now) !== undefined) return { notes };
  if (heldUntil !== undefined && heldUntil > now) {
    notes.push(`outside working hours, with nodes held until ${inZone(heldUntil, hours.timeZone)}`);
    return { notes };
  }
  return {
    notes,
    refusal: {
      reason: `nodes of ${environment} rest outside working hours, and missing nodes would be taken for damage; nothing was touched. They are back ${told(nextStretch([hours], now), hours.timeZone)}`,
      fix: `wait, or hold the environment with the cluster's tag slipway-hold-until and start slipway-${environment}-morning (docs/phases/17-cost.md)`,
    },
  };
}

function told(next: Stretch | undefined, timeZone = "UTC"): string {
  return next === undefined ? "never" : inZone(next.from, timeZone);
}
