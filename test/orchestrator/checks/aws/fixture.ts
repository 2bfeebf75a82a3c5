/** What one command was asked with, and in which region. */
export interface Asked {
  readonly command: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly region: string;
}
type Answers = Readonly<Record<string, (input: never, region: string) => unknown>>;
interface Command {
  readonly constructor: { readonly name: string };
  readonly input: Readonly<Record<string, unknown>>;
}
interface Client {
  readonly config: { region(): Promise<string>; maxAttempts(): Promise<number> };
}

/** An error as the SDK throws it. */
export function sdkError(name: string, message = name): Error {
  return Object.assign(new Error(message), { name, $fault: "client", $metadata: { httpStatusCode: 400 } });
}

/**
 * Answers in place of AWS for one client of the SDK. Strict: a command without a prepared answer fails, and nothing
 * reaches the network. Returns what was asked, in order.
 */
export function useClient(ClientClass: { prototype: object }): {
  readonly asked: Asked[];
  answer(answers: Answers): void;
  /** Attempts that the clients were made with. */
  readonly attempts: Set<number>;
} {
  const asked: Asked[] = [];
  const attempts = new Set<number>();
  let prepared: Answers = {};
  beforeEach(() => {
    asked.splice(0);
    attempts.clear();
    prepared = {};
    Object.assign(ClientClass.prototype, {
      async send(this: Client, { constructor: { name: command }, input }: Command) {
        const region = await this.config.region();
        attempts.add(await this.config.maxAttempts());
        asked.push({ command, input, region });
        const answer = prepared[command] as ((input: unknown, region: string) => unknown) | undefined;
        if (answer === undefined) throw new Error(`AWS was asked ${command}, which this test does not provide`);
        return answer(input, region);
      },
    });
  });
  // The class inherits its real `send`; taking ours away brings it back.
  afterEach(() => delete (ClientClass.prototype as { send?: unknown }).send);
  return { asked, attempts, answer: (answers) => (prepared = answers) };
}

export const settings = { region: "eu-central-1", maxAttempts: 5 };
