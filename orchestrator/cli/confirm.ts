import { once } from "node:events";
import { createInterface } from "node:readline/promises";

/** Asks a person; only the word `yes` is a yes. Who closes the input instead of answering has not said it. */
export async function confirm(
  question: string,
  stdin: NodeJS.ReadableStream,
  output: NodeJS.WritableStream = process.stderr,
): Promise<boolean> {
  const dialogue = createInterface({ input: stdin, output });
  // Without this, an end of input would leave the question open and the process would end as if all were well.
  const closed = once(dialogue, "close").then(() => "");
  try {
    const answer = dialogue.question(`${question} Only "yes" goes on: `).catch(() => "");
    return (await Promise.race([answer, closed])).trim() === "yes";
  } finally {
    dialogue.close();
  }
}
