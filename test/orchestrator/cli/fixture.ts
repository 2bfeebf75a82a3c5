import { Readable } from "node:stream";
import type { Invocation } from "../../../orchestrator/cli/invocation";
import type { CommonOptions } from "../../../orchestrator/cli/options";
import { createTerminal, type Terminal } from "../../../orchestrator/cli/terminal";
import { createRedactor } from "../../../orchestrator/report/redact";

/** A terminal that keeps what was written to it. */
export function fakeTerminal(given: { json?: boolean; tty?: boolean; columns?: number } = {}): {
  terminal: Terminal;
  written: { out: string; err: string };
} {
  const written = { out: "", err: "" };
  const sink = (key: "out" | "err") => ({
    write: (text: string) => (written[key] += text),
    isTTY: given.tty ?? false,
    columns: given.columns ?? 80,
  });
  const terminal = createTerminal({
    stdout: sink("out"),
    stderr: sink("err"),
    json: given.json ?? false,
    color: false,
    redactor: createRedactor(),
    environment: {},
  });
  return { terminal, written };
}

/** A command's surroundings in a folder, and what it writes. */
export function invocation(root: string, given: Parameters<typeof fakeTerminal>[0] = {}) {
  const { terminal, written } = fakeTerminal(given);
  const sink = { write: () => undefined };
  const made: Invocation = {
    args: [],
    root,
    stdout: sink,
    stderr: sink,
    stdin: Object.assign(Readable.from([]), { isTTY: given.tty ?? false }),
    variables: {},
    terminal,
  };
  return { invocation: made, written };
}

/** Options as the command line fills them in, in a state directory of their own. */
export const options = (stateDir: string, changed: Partial<CommonOptions> = {}): CommonOptions => ({
  environment: ["dev"],
  target: "rehearsal",
  engine: "builtin",
  cluster: "embedded",
  keepCluster: false,
  stateDir,
  json: false,
  color: false,
  yes: false,
  ...changed,
});
