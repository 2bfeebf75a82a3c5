import { createInterface } from "node:readline/promises";

/** Asks a person; only the word `yes` is a yes. */
export async function confirm(question: string, stdin: NodeJS.ReadableStream): Promise<boolean> {
  const dialogue = createInterface({ input: stdin, output: process.stderr });
  try {
    return (await dialogue.question(`${question} Only "yes" goes on: `)).trim() === "yes";
  } finally {
    dialogue.close();
  }
}
