import * as fs from "node:fs";
import path from "node:path";
import { processTable, type ProcessTable } from "../../rollout/processes";

/** A process this product started, in words that no later process with the same number fits. */
export interface Started {
  readonly name: string;
  readonly pid: number;
  readonly startedAt: string;
}
/** What ending processes needs of the machine; tests bring their own. */
export interface Machine extends Pick<ProcessTable, "startedAt" | "alive"> {
  kill(pid: number, signal: "SIGTERM" | "SIGKILL"): void;
  pause(milliseconds: number): Promise<void>;
}

const realMachine: Machine = {
  startedAt: processTable.startedAt,
  alive: (pid) => processTable.alive(pid) && !isZombie(pid),
  kill(pid, signal) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // It ended in between.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  },
  pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** Ended, but not yet fetched by its parent: an orphan in a container without an init stays like this for good. */
function isZombie(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.charAt(stat.lastIndexOf(")") + 2) === "Z";
  } catch {
    return false;
  }
}

/** Between two looks at a process that was asked to end. */
const LOOK_MS = 25;

/**
 * The processes of one cluster, kept beside its data: pid and start time, written as each one starts. After a kill of
 * the orchestrator the next run finds in it what is left over, and ends only what still is the process it started.
 */
export class Ledger {
  private entries: Started[];

  constructor(
    private readonly file: string,
    private readonly machine: Machine = realMachine,
  ) {
    this.entries = read(file);
  }

  /** Notes a process that has just started. One that already ended, or whose start cannot be told, is not noted. */
  add(name: string, pid: number): void {
    const startedAt = this.machine.startedAt(pid);
    if (startedAt === undefined) return;
    this.entries.push({ name, pid, startedAt });
    this.write();
  }

  remove(pid: number): void {
    this.entries = this.entries.filter((entry) => entry.pid !== pid);
    this.write();
  }

  /** Those of the noted processes that run now. */
  alive(): Started[] {
    return this.entries.filter((entry) => this.isOurs(entry));
  }

  private isOurs({ pid, startedAt }: Started): boolean {
    return this.machine.alive(pid) && this.machine.startedAt(pid) === startedAt;
  }

  /**
   * Ends every noted process that is provably ours: asked first, then ended hard. Resolves when none is left.
   * @param patienceMs how long one that was asked may take
   */
  async endAll(patienceMs: number): Promise<Started[]> {
    const found = this.alive();
    for (const { pid } of found) this.machine.kill(pid, "SIGTERM");
    for (let waited = 0; waited < patienceMs && this.alive().length > 0; waited += LOOK_MS)
      await this.machine.pause(LOOK_MS);
    for (const { pid } of this.alive()) this.machine.kill(pid, "SIGKILL");
    while (this.alive().length > 0) await this.machine.pause(LOOK_MS);
    this.entries = [];
    this.write();
    return found;
  }

  private write(): void {
    const fresh = `${this.file}.new`;
    fs.mkdirSync(path.dirname(this.file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(fresh, `${JSON.stringify(this.entries)}\n`, { mode: 0o600 });
    fs.renameSync(fresh, this.file);
  }
}

function read(file: string): Started[] {
  try {
    return (JSON.parse(fs.readFileSync(file, "utf8")) as Started[]).filter(
      ({ pid, startedAt }) => Number.isInteger(pid) && pid > 1 && typeof startedAt === "string",
    );
  } catch {
    return [];
  }
}
