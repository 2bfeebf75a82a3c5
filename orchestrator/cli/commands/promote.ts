import { exitCodes } from "../../errors";
import { promote, type PromotionOutcome } from "../../promotion/promote";
import { short } from "../../promotion/words";
import type { Invocation } from "../invocation";
import type { PromoteOptions } from "../promotion";
import { requireCheckedOut, wirePromotion } from "../promotion-work";
import { wrap, type Terminal } from "../terminal";

/** `slipway promote RELEASE --to ENVIRONMENT`. */
export async function promoteCommand(options: PromoteOptions, invocation: Invocation): Promise<number> {
  const work = wirePromotion(options, invocation);
  const release = await work.store.releases.find(options.release);
  await requireCheckedOut(work, release, invocation.root);
  return close(await promote({ ...work, release }), `promotion of ${options.environment}`, invocation.terminal);
}

/** The closing lines of a promotion or rollback, and its exit code. */
export function close(outcome: PromotionOutcome, what: string, terminal: Terminal): number {
  const { release, status, failure, head } = outcome;
  const exitCode = failure === undefined ? 0 : exitCodes[failure.kind];
  const good = exitCode === 0;
  terminal.line(`${what} to ${short(release)}: ${terminal.paint[good ? "good" : "bad"](status)}`);
  if (failure !== undefined) {
    terminal.line(wrap(failure.reason, terminal.columns, "  "));
    terminal.line(wrap(`fix: ${failure.fix}`, terminal.columns, "  "));
  }
  terminal.line(`end of the ledger, worth keeping elsewhere: ${head}`);
  terminal.document({ result: good ? "succeeded" : "failed", exitCode, ...outcome });
  return exitCode;
}
