import { once } from "node:events";
import { createReadStream, createWriteStream, existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { linesOf } from "../../data/lines";
import { refresh } from "../../data/refresh";
import { parseRules } from "../../data/rules";
import { SlipwayError } from "../../errors";
import { fileError } from "../../rollout/files";
import type { RefreshOptions } from "../data";
import type { Invocation } from "../invocation";

/** `slipway data refresh`: the result appears whole and clean, or not at all. */
export async function refreshCommand(
  { rules: rulesFile, from, out }: RefreshOptions,
  { terminal, stdin }: Invocation,
): Promise<number> {
  const rules = parseRules(readable(rulesFile), rulesFile);
  if (from !== "-" && !existsSync(from)) throw missing(from);
  const draft = `${out}.${process.pid}.tmp`;
  const output = createWriteStream(draft, { mode: 0o600 });
  // An error that comes before anybody waits for the stream is met by the next write.
  let failure: Error | undefined;
  output.on("error", (error) => (failure = error));
  try {
    const refreshed = await refresh(linesOf(from === "-" ? stdin : createReadStream(from)), rules, {
      async write(line) {
        if (failure !== undefined) throw fileError(failure, draft);
        if (!output.write(`${line}\n`)) await once(output, "drain");
      },
      async *lines() {
        output.end();
        await once(output, "close");
        if (failure !== undefined) throw fileError(failure, draft);
        yield* linesOf(createReadStream(draft));
      },
    });
    renameSync(draft, out);
    const count = Object.values(refreshed.rows).reduce((sum, rows) => sum + rows, 0);
    terminal.line(
      `${count} rows of ${Object.keys(refreshed.rows).length} tables, ${refreshed.replaced} values replaced, no personal data found: ${out}`,
    );
    terminal.document({ result: "succeeded", exitCode: 0, out, ...refreshed });
    return 0;
  } finally {
    output.destroy();
    rmSync(draft, { force: true });
  }
}

function readable(file: string): string {
  if (!existsSync(file)) throw missing(file);
  return readFileSync(file, "utf8");
}
const missing = (file: string) =>
  new SlipwayError("path-not-found", `there is no ${file}`, "correct the path", "usage");
