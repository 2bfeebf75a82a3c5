import { secretsInHistory, secretsStaged, type SecretSight } from "../../deliver/secret-scan";
import { openRepository } from "../../promotion/git";
import type { ScanOptions } from "../deliver";
import type { Invocation } from "../invocation";

/** Tests hold made-up credentials, to see that they are found. */
export const exempt = (path: string) => path.startsWith("test/");

/** `slipway scan [--staged]`: credentials in the history, or in what is about to enter it (A20.4). Ends with 1 for any. */
export async function scanCommand({ staged }: ScanOptions, { terminal, root }: Invocation): Promise<number> {
  const sights = staged
    ? secretsStaged(root, exempt)
    : await secretsInHistory(root, openRepository(root).commit("HEAD"), exempt);
  for (const { file, line } of sights) terminal.line(`${file}:${line} looks like a credential`);
  terminal.line(
    sights.length === 0
      ? `no credential in ${staged ? "what is about to be committed" : "anything that was ever committed"}`
      : "fix: keep it in the secret store and name it by reference; a credential that was committed is taken back first",
  );
  const exitCode = sights.length === 0 ? 0 : 1;
  terminal.document({ result: exitCode === 0 ? "succeeded" : "failed", exitCode, sights });
  return exitCode;
}

/** The first few places, in words. */
export function toldSights(sights: readonly SecretSight[]): string {
  const shown = sights.slice(0, 10).map(({ file, line }) => `${file}:${line}`);
  return `${shown.join(", ")}${sights.length > shown.length ? ` and ${sights.length - shown.length} more` : ""}`;
}
