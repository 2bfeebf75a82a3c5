/** A failed `pulumi` command as the Automation API tells it, so that callers meet the SDK's own error classes. */
export interface FailedCommand {
  /** What stood on the command line, without anything secret. */
  readonly line: string;
  readonly exitCode: number | undefined;
  readonly signal?: NodeJS.Signals | undefined;
  /** Everything the command printed: the SDK recognises errors by words in it. */
  readonly printed: string;
  readonly cause?: unknown;
}

/**
 * The error the SDK would have made of a failed process: both streams folded into `stderr` behind the command line,
 * code -2, and the true exit code on the hidden `err` (automation/cmd.js, `exec`).
 */
export async function commandError({ line, exitCode, signal, printed, cause }: FailedCommand): Promise<Error> {
  const [{ createCommandError }, { CommandResult }] = await Promise.all([
    import("@pulumi/pulumi/automation/errors.js") as unknown as Promise<{
      createCommandError: (result: unknown) => Error;
    }>,
    import("@pulumi/pulumi/automation/cmd.js") as unknown as Promise<{
      CommandResult: new (stdout: string, stderr: string, code: number, error: Error) => unknown;
    }>,
  ]);
  const how = signal ? `was killed with ${signal}` : `failed with exit code ${exitCode}`;
  const failure = Object.assign(new Error(printed, { cause }), { exitCode, signal });
  return createCommandError(new CommandResult("", `Command ${how}: ${line}\n${printed}`, -2, failure));
}
