import { exitCodes, SlipwayError } from "../../errors";
import type { Releases } from "../../promotion/releases";
import { audit, auditSignatures } from "../../promotion/audit";
import { inWords } from "../../promotion/words";
import type { Store } from "../../promotion/store";
import type { LedgerEvent } from "../../promotion/event";
import { actor } from "../actor";
import type { Invocation } from "../invocation";
import { projectStore } from "../store";
import type { LedgerCommand, LedgerOptions } from "../promotion";
import type { Terminal } from "../terminal";
import { timeToCome } from "../time-to-come";

/** `slipway ledger show|verify|pause|unpause`. */
export function ledgerCommand(command: LedgerCommand) {
  return async (options: LedgerOptions, { terminal, root }: Invocation): Promise<number> => {
    const store = projectStore(root, options);
    switch (command) {
      case "show":
        return show(store, terminal);
      case "verify":
        return verify(store, options, terminal);
      case "pause":
      case "unpause":
        return write(store, pauseEvent(command, options), actor(root), terminal);
    }
  };
}

/** What `pause` and `unpause` say. */
function pauseEvent(
  command: "pause" | "unpause",
  { environment = "dev", until = "", reason = "" }: LedgerOptions,
): LedgerEvent {
  if (command === "unpause") return { kind: "unpaused", environment, reason };
  return { kind: "paused", environment, until: timeToCome(until, new Date()), reason };
}

/** Writes one event and says so. */
export async function write({ ledger }: Store, event: LedgerEvent, by: string, terminal: Terminal): Promise<number> {
  const entry = await ledger.append(by, () => event);
  terminal.line(`entry ${entry.sequence}: ${inWords(event)}`);
  terminal.document({ result: "succeeded", exitCode: 0, entry });
  return 0;
}

async function show({ ledger }: Store, terminal: Terminal): Promise<number> {
  const entries = await ledger.read();
  if (entries.length === 0) terminal.line("the ledger is empty");
  for (const { sequence, at, by, event } of entries) {
    terminal.line(`${String(sequence).padStart(5)}  ${at}  ${by}: ${inWords(event)}`);
  }
  terminal.document({ result: "succeeded", exitCode: 0, entries });
  return 0;
}

/** Every fault there is. Tampering is a refusal: nothing may be promoted on such a ledger. */
async function verify(
  { ledger, releases }: Store,
  { head, target }: LedgerOptions,
  terminal: Terminal,
): Promise<number> {
  const { entries, faults, unfinished } = await ledger.inspect();
  const records: string[] = [];
  for (const { sequence, event } of entries)
    if (event.kind === "released") records.push(...(await lost(releases, event.release, sequence)));
  const said = [
    ...faults.map(({ message }) => message),
    ...audit(entries),
    ...auditSignatures(entries, target),
    // The chain proves what is in it; that its end was not taken away only somebody who remembers the end can tell.
    ...(head === undefined || entries.some(({ hash }) => hash === head)
      ? []
      : [`entry ${head} is gone: entries at the end were taken away or rewritten`]),
    ...records,
  ];
  for (const line of said) terminal.line(`${terminal.paint.bad("fault")} ${line}`);
  for (const name of unfinished) terminal.line(`left by a writer that died, and of no account: ${name}`);
  const last = entries.at(-1);
  const good = said.length === 0;
  const word = good ? terminal.paint.good("whole") : terminal.paint.bad("not to be trusted");
  terminal.line(`the ledger is ${word}: ${entries.length} entries, ${said.length} faults`);
  if (good && last !== undefined) terminal.line(`its end, worth keeping elsewhere: ${last.hash}`);
  const exitCode = good ? 0 : exitCodes.refused;
  terminal.document({
    result: good ? "succeeded" : "failed",
    exitCode,
    entries: entries.length,
    faults: said,
    unfinished,
    ...(last !== undefined && { head: last.hash }),
  });
  return exitCode;
}

/** A release the ledger speaks of must still be there, as it was. */
async function lost(releases: Releases, hash: string, sequence: number): Promise<string[]> {
  try {
    await releases.get(hash);
    return [];
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
    return [`entry ${sequence} made release ${hash}, but: ${error.message}`];
  }
}
