import { SlipwayError } from "../errors";
import type { ProcessTable } from "./processes";
import type { StackPort } from "./stack";

/** Who holds Pulumi's own lock, from the engine's message: `created by user@host (pid N) at <RFC 3339>`. */
export interface LockHolder {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  readonly at: string;
}

export function parseLockHolder(message: string): LockHolder | undefined {
  const match = /created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/.exec(message);
  if (!match) return undefined;
  const [, user = "", host = "", pid = "", at = ""] = match;
  return { user, host, pid: Number(pid), at };
}

/**
 * Breaks a lock whose holder is provably dead: this machine, and no such process. `pulumi cancel` deletes every lock
 * of the stack and stops nobody, so in doubt a person decides.
 * @returns a note for the report.
 * @throws SlipwayError `stack-locked` (refused) when the holder lives or may live.
 */
export async function recoverLock(
  message: string,
  context: { readonly stack: Pick<StackPort, "name" | "breakLock">; readonly processes: ProcessTable },
): Promise<string> {
  const { stack, processes } = context;
  const holder = parseLockHolder(message);
  if (holder && holder.host === processes.host && !processes.alive(holder.pid)) {
    await stack.breakLock();
    return `Pulumi's lock of stack ${stack.name}, left by dead process ${holder.pid} at ${holder.at}, was removed`;
  }
  const who = holder ? `${holder.user}@${holder.host}, process ${holder.pid}, since ${holder.at}` : "an unknown holder";
  throw new SlipwayError(
    "stack-locked",
    `stack ${stack.name} is locked by ${who}; nothing was touched`,
    holder && holder.host !== processes.host
      ? `look on ${holder.host} whether that process still runs; only if it does not, run: pulumi cancel --stack ${stack.name}`
      : "wait for that operation to end, then run the same command again",
    "refused",
  );
}
