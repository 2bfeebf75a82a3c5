import { spawn } from "node:child_process";
import type { Ending } from "./verdict";

export interface CommandRequest {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/** After a polite end, so many seconds until a forced one. */
const GRACE_SECONDS = 5;
/** Kept while it runs; the rest is beyond what evidence keeps anyway. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Runs a program without a shell, in a process group of its own that ends as a whole when its time is over. Never throws. */
export function runCommand({ argv, cwd, variables, timeoutSeconds }: CommandRequest): Promise<Ending> {
  return new Promise((resolve) => {
    const [program = "", ...args] = argv;
    const chunks: Buffer[] = [];
    let size = 0;
    const keep = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      while (size > MOST_BYTES) size -= chunks.shift()?.length ?? size;
    };
    const output = () => Buffer.concat(chunks).toString("utf8");
    const child = spawn(program, args, {
      cwd,
      env: { ...variables },
      stdio: ["ignore", "pipe", "pipe"],
      // A group can be ended with everything it began; Windows has none.
      detached: process.platform !== "win32",
    });
    const end = (signal: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(process.platform === "win32" ? child.pid : -child.pid, signal);
      } catch {
        // It ended in this very moment.
      }
    };
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      end("SIGTERM");
      setTimeout(() => end("SIGKILL"), GRACE_SECONDS * 1000).unref();
    }, timeoutSeconds * 1000);
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({ why: `${program} cannot be run: ${error.message}`, output: output() });
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (late) resolve({ why: `it did not end within ${timeoutSeconds} s`, output: output() });
      else if (code === null) resolve({ why: `it was ended by ${signal ?? "a signal"}`, output: output() });
      else resolve({ code, output: output() });
    });
  });
}
