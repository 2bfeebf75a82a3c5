import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";

/** What can be known of the processes on this machine. */
export interface ProcessTable {
  readonly host: string;
  readonly pid: number;
  alive(pid: number): boolean;
  /**
   * When the process started, in the platform's own notation; undefined when it cannot be told. A pid is reused, a
   * pid with its start time is not.
   */
  startedAt(pid: number): string | undefined;
}

/** The real table: /proc on Linux, `ps` elsewhere. */
export const processTable: ProcessTable = {
  host: os.hostname(),
  pid: process.pid,
  alive(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      // EPERM: it exists and belongs to somebody else.
      return (error as NodeJS.ErrnoException).code === "EPERM";
    }
  },
  startedAt(pid) {
    try {
      if (process.platform === "linux") {
        // Field 22 of proc(5), counted after the command name, which may itself contain spaces and brackets.
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
        return `${boot}/${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
      }
      return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
    } catch {
      return undefined;
    }
  },
};
