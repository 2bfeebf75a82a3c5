import { type ChildProcess, execFile, spawn } from "node:child_process";
import path from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { gte, parse, type SemVer } from "semver";
import { SlipwayError } from "../errors";
import type { Engine } from "../rollout/engine";
import { commandError } from "./command-error";

/**
 * Least CLI version: the first whose event stream the Automation API reads over gRPC, and which tells the
 * wire format of events Slipway's gate relies on (@pulumi/pulumi automation/stack.js checks for the same).
 */
export const LEAST_CLI = "3.206.0";

const INSTALL = "install the Pulumi CLI: https://www.pulumi.com/docs/install/ (or `brew install pulumi/tap/pulumi`)";

export interface InstalledRequest {
  /** `--pulumi-root`: a folder whose `bin/pulumi` is used instead of the one on PATH. */
  readonly root?: string | undefined;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/**
 * The Pulumi CLI of this machine, asked for its version.
 * @throws SlipwayError `pulumi-missing`, `pulumi-broken` or `pulumi-too-old`, each with how to install it.
 */
export async function installedEngine({ root, variables }: InstalledRequest): Promise<Engine> {
  const file = root === undefined ? "pulumi" : path.resolve(root, "bin", "pulumi");
  const version = await versionOf(file, variables);
  if (!gte(version, LEAST_CLI)) {
    throw new SlipwayError(
      "pulumi-too-old",
      `the Pulumi CLI ${file} is ${version.version}; ${LEAST_CLI} is the oldest that works`,
      INSTALL,
      "engine",
    );
  }
  const command = new InstalledCommand(file, version, variables);
  return {
    kind: "pulumi",
    version: version.version,
    label: `Pulumi CLI ${version.version}`,
    command: () => Promise.resolve(command as unknown as PulumiCommand),
    interrupt: (how) => command.interrupt(how),
  };
}

/** A version that cannot be read is no CLI to trust a run to. */
async function versionOf(file: string, variables: InstalledRequest["variables"]): Promise<SemVer> {
  const environment = { ...variables, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const answer = await new Promise<{ error: Error | null; text: string }>((resolve) =>
    execFile(file, ["version"], { env: environment, timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ error, text: `${stdout}${error === null ? "" : stderr}`.trim() }),
    ),
  );
  if (answer.error !== null && (answer.error as NodeJS.ErrnoException).code === "ENOENT") {
    throw new SlipwayError(
      "pulumi-missing",
      file === "pulumi" ? "there is no pulumi on PATH" : `there is no ${file}`,
      INSTALL,
      "engine",
    );
  }
  const version = answer.error === null ? parse(answer.text) : null;
  if (version !== null) return version;
  throw new SlipwayError(
    "pulumi-broken",
    `${file} version does not answer: ${answer.text || (answer.error?.message ?? "")}`,
    INSTALL,
    "engine",
  );
}

/**
 * Runs the CLI as the SDK's own command object does, but in a process group of its own: a Ctrl-C in the terminal then
 * reaches only Slipway, which passes on one signal to end cleanly and another to end at once. Otherwise the CLI would
 * get each of them twice, and the first Ctrl-C would already abandon running steps (pulumi.md 3.5).
 */
class InstalledCommand {
  /** Running commands and how many interruptions each has been told. */
  private readonly running = new Map<ChildProcess, number>();

  constructor(
    readonly command: string,
    readonly version: SemVer,
    private readonly variables: InstalledRequest["variables"],
  ) {}

  async run(
    args: string[],
    cwd: string,
    additional: Record<string, string>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<{ stdout: string; stderr: string; code: number }> {
    const words = args.includes("--non-interactive") ? args : [...args, "--non-interactive"];
    const ownGroup = process.platform !== "win32";
    const child = spawn(this.command, words, {
      cwd,
      env: { ...this.variables, ...additional, ...this.path(additional), PULUMI_AUTOMATION_API: "true" },
      stdio: ["ignore", "pipe", "pipe"],
      detached: ownGroup,
    });
    this.running.set(child, 0);
    const interrupt = () => this.tell(child, 1);
    signal?.addEventListener("abort", interrupt, { once: true });
    if (signal?.aborted) interrupt();
    const printed = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed.stdout += text;
      onOutput?.(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      printed.stderr += text;
      onError?.(text);
    });
    try {
      const ended = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code, killer) => resolve({ code, signal: killer }));
      });
      if (ended.code === 0) return { ...printed, code: 0 };
      throw await commandError({
        // Arguments may hold config values: only the command's own words are repeated.
        line: `pulumi ${words.slice(0, 2).join(" ")}`,
        exitCode: ended.code ?? undefined,
        signal: ended.signal ?? undefined,
        printed: `${printed.stderr}\n${printed.stdout}`,
      });
    } finally {
      signal?.removeEventListener("abort", interrupt);
      this.running.delete(child);
    }
  }

  interrupt(how: "cancel" | "terminate"): void {
    for (const child of [...this.running.keys()]) this.tell(child, how === "cancel" ? 1 : 2);
  }

  /** The CLI counts: one signal ends it cleanly, a second at once, a third is never needed. */
  private tell(child: ChildProcess, wanted: number): void {
    // On Windows a signal would kill outright, and the console has already told the CLI.
    if (process.platform === "win32") return;
    const told = this.running.get(child) ?? wanted;
    for (let count = told; count < wanted; count++) child.kill("SIGINT");
    this.running.set(child, Math.max(told, wanted));
  }

  /** Plugins that lie beside the CLI are found first, as the SDK arranges it. */
  private path(additional: Record<string, string>): Record<string, string> {
    if (!path.isAbsolute(this.command)) return {};
    const rest = additional["PATH"] ?? this.variables["PATH"] ?? "";
    return { PATH: `${path.dirname(this.command)}${path.delimiter}${rest}` };
  }
}
