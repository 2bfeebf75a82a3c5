import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { disk, type Files } from "../../orchestrator/engine/builtin/backend/files";
import { CommandContext } from "../../orchestrator/engine/builtin/command/context";
import { CommandFailure } from "../../orchestrator/engine/builtin/command/failure";
import { init } from "../../orchestrator/engine/builtin/command/stack-commands";

let salt: string | undefined;

/** A folder with the project `proj`, and command lines in it, each with a context of its own as in the CLI. */
export class CommandLine {
  readonly work: string;
  readonly state: string;
  environment: Record<string, string>;

  constructor(
    folder: string,
    private readonly files: Files = disk,
  ) {
    this.work = path.join(folder, "work");
    this.state = path.join(folder, "state");
    this.environment = { PULUMI_BACKEND_URL: `file://${this.state}`, PULUMI_CONFIG_PASSPHRASE: "p" };
    [this.work, this.state].forEach((each) => mkdirSync(each));
    writeFileSync(path.join(this.work, "Pulumi.yaml"), "name: proj\nruntime: nodejs\n");
  }

  context(stdout: (text: string) => void = () => undefined, stderr: (text: string) => void = () => undefined) {
    return new CommandContext(this.files, this.work, this.environment, () => new Date(60_000), stdout, stderr);
  }
  /** Runs one command on the stack dev; answers what it printed. */
  async run(
    command: (context: CommandContext, words: readonly string[]) => Promise<void>,
    ...words: string[]
  ): Promise<{ out: string; err: string }> {
    const printed = { out: "", err: "" };
    const context = this.context(
      (text) => (printed.out += text),
      (text) => (printed.err += text),
    );
    await command(context, [...words, "--stack", "dev"]);
    return printed;
  }
  /** Runs a command that has to fail the way the CLI does; answers its exit code and what it prints. */
  async failing(
    command: (context: CommandContext, words: readonly string[]) => Promise<void>,
    ...words: string[]
  ): Promise<{ exitCode: number; stderr: string }> {
    try {
      await this.run(command, ...words);
    } catch (error) {
      if (error instanceof CommandFailure) return { exitCode: error.exitCode, stderr: error.stderr };
      throw error;
    }
    throw new Error(`expected ${words.join(" ")} to fail`);
  }
  /** Makes the stack dev, under a key that is derived once for all tests: that takes most of a second. */
  async create(): Promise<void> {
    if (salt !== undefined) writeFileSync(this.settingsFile, `encryptionsalt: ${salt}\n`);
    await this.run(init);
    salt ??= /encryptionsalt: (\S+)/.exec(readFileSync(this.settingsFile, "utf8"))?.[1];
  }
  get settingsFile(): string {
    return path.join(this.work, "Pulumi.dev.yaml");
  }
}
