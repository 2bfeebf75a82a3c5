import { Readable } from "node:stream";
import { runCli } from "../../../orchestrator/cli/run-cli";
import { withoutTraces } from "../../support/traces";

/** Runs a command line off a terminal, in the project at `root`, and keeps what it wrote. */
export async function cli(root: string, ...args: string[]): Promise<{ exit: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const exit = await withoutTraces(() =>
    runCli({
      args,
      root,
      stdout: { write: (text) => (out += text), columns: 80 },
      stderr: { write: (text) => (err += text), columns: 80 },
      stdin: Readable.from([]),
      variables: process.env,
    }),
  );
  return { exit, out, err };
}
