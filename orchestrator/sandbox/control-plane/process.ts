import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import path from "node:path";
import { SlipwayError } from "../../errors";
import type { Ledger } from "./orphans";

export interface ProgramRequest {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Beside a path and a home of its own, all of its environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Working folder, home and place of the log; its owner's alone. */
  readonly folder: string;
  readonly ledger: Ledger;
  /** It may outlive this process: a cluster that is left to be looked into. */
  readonly outlives?: boolean;
}

/** A program that ended is started again after this time, doubled up to the limit. */
const FIRST_RESTART_MS = 100;
const LAST_RESTART_MS = 2_000;
/** One that ends this often does so for a reason. */
const RESTARTS = 8;
/** Words of a log that an error repeats. */
const TAIL = 6;

/** Whatever way this process ends, short of being killed, its programs end with it. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

let guard: readonly string[] | undefined;
/**
 * What to start a program with so that the kernel ends it with its parent, also when that is killed: Linux with
 * util-linux's setpriv. Elsewhere a killed run's programs are ended by the next one.
 */
export function guardedBy(): readonly string[] {
  const words = ["setpriv", "--pdeathsig", "KILL"];
  guard ??= process.platform === "linux" && spawnSync("setpriv", [...words.slice(1), "true"]).status === 0 ? words : [];
  return guard;
}

/**
 * One program of a control plane, kept running until it is stopped. It belongs to a process group of its own, so that a
 * Ctrl-C on the terminal reaches the orchestrator alone, which ends its step first.
 */
export class Program {
  readonly name: string;
  readonly log: string;
  private child: ChildProcess | undefined;
  private wanted = false;
  private restarts = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly request: ProgramRequest) {
    this.name = request.name;
    this.log = path.join(request.folder, `${request.name}.log`);
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    this.wanted = true;
    const { file, args, environment, folder, ledger, name, outlives = false } = this.request;
    const [command = file, ...rest] = [...(outlives ? [] : guardedBy()), file, ...args];
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const log = fs.openSync(this.log, this.restarts === 0 ? "w" : "a", 0o600);
    try {
      // Nothing of the orchestrator's environment, where credentials may be, is a control plane's business.
      const env = { PATH: "/usr/bin:/bin", HOME: folder, TMPDIR: folder, ...environment };
      const child = spawn(command, rest, { cwd: folder, env, detached: true, stdio: ["ignore", log, log] });
      this.child = child;
      running.add(child);
      if (child.pid !== undefined) ledger.add(name, child.pid);
      child.once("error", (error) => {
        fs.appendFileSync(this.log, `${error.message}\n`);
        this.ended(child);
      });
      child.once("exit", () => this.ended(child));
    } finally {
      fs.closeSync(log);
    }
  }

  private ended(child: ChildProcess): void {
    running.delete(child);
    if (this.child !== child) return;
    this.child = undefined;
    if (child.pid !== undefined) this.request.ledger.remove(child.pid);
    if (!this.wanted || this.restarts >= RESTARTS) return;
    const delay = Math.min(FIRST_RESTART_MS * 2 ** this.restarts, LAST_RESTART_MS);
    this.restarts += 1;
    this.timer = setTimeout(() => this.start(), delay);
    this.timer.unref();
  }

  /** True when it ended for good although it should run. */
  get lost(): boolean {
    return this.wanted && this.child === undefined && this.restarts >= RESTARTS;
  }

  /** The last lines it wrote. */
  lastWords(): string {
    try {
      return fs.readFileSync(this.log, "utf8").trimEnd().split("\n").slice(-TAIL).join("\n");
    } catch {
      return "";
    }
  }

  /** Why it does not run, for a person. */
  failure(): SlipwayError {
    return new SlipwayError(
      "control-plane-failed",
      `${this.name} does not stay up; its last words:\n${this.lastWords()}`,
      `see ${this.log}; --cluster embedded rehearses without it`,
    );
  }

  /** Asks it to end and ends it hard when it does not within the time. */
  async stop(patienceMs: number): Promise<void> {
    this.wanted = false;
    clearTimeout(this.timer);
    const { child } = this;
    if (child?.pid === undefined) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    const hard = setTimeout(() => child.kill("SIGKILL"), patienceMs);
    await gone;
    clearTimeout(hard);
  }

  /** Leaves it running after this process; the ledger goes on knowing it. */
  release(): void {
    this.wanted = false;
    clearTimeout(this.timer);
    if (this.child === undefined) return;
    running.delete(this.child);
    this.child.unref();
  }
}
