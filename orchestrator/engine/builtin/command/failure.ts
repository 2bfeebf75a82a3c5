/** A command that ends like the CLI would: its exit code and what it prints on stderr (pulumi.md 3.3). */
export class CommandFailure extends Error {
  constructor(
    readonly exitCode: number,
    readonly stderr: string,
    options?: ErrorOptions,
  ) {
    super(stderr, options);
  }
}

/** Exit codes of the CLI, as far as the built-in engine has reason for them. */
export const exit = { error: 1, stackNotFound: 6, expectedNoChanges: 7, cancelled: 8 } as const;

export function stackNotFound(stack: string): CommandFailure {
  return new CommandFailure(exit.stackNotFound, `error: no stack named '${stack}' found`);
}
