import { execFile } from "node:child_process";

export interface ShellResult {
  readonly ok: boolean;
  /** True when there is no such command. */
  readonly absent: boolean;
  /** First lines of what it printed, trimmed. */
  readonly text: string;
}

/** Runs a command that only looks; tests bring their own. */
export type Shell = (command: string, args: readonly string[]) => Promise<ShellResult>;

/** A tool that does not answer a version question in this time is as good as absent. */
const PATIENCE_MS = 10_000;

export const realShell: Shell = (command, args) =>
  new Promise((resolve) => {
    execFile(command, [...args], { timeout: PATIENCE_MS }, (error, stdout, stderr) => {
      const absent = (error as NodeJS.ErrnoException | null)?.code === "ENOENT";
      resolve({ ok: error === null, absent, text: (stdout || stderr).trim() });
    });
  });
