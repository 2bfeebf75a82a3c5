import type { PendingOperation, PendingToken, Snapshot, StateChange, StateWriter } from "../model";
import { fingerprint, type StackFile } from "./checkpoint";
import type { Files } from "./files";
import { JournalWriter, ordered } from "./journal";
import type { Vault } from "./vault";

export interface Recorded {
  readonly files: Files;
  readonly file: StackFile;
  readonly vault: Vault;
  readonly now: () => Date;
}

/** The state of one operation as it comes about: each step in the journal, the whole of it wherever nothing is under way. */
export class StateRecorder implements StateWriter {
  private constructor(
    private readonly recorded: Recorded,
    private journal: JournalWriter,
  ) {}

  /** `magic` names the checkpoint that `base` was read from; a journal beside it has been folded in. */
  static async open(recorded: Recorded, base: Snapshot, magic: string): Promise<StateRecorder> {
    return new StateRecorder(recorded, await journalOf(recorded, base, magic));
  }

  begin(pending: PendingOperation): Promise<PendingToken> {
    return this.journal.begin(pending);
  }
  commit(change: StateChange, token?: PendingToken): Promise<void> {
    return this.journal.commit(change, token);
  }
  async standstill(snapshot: Snapshot): Promise<void> {
    await this.journal.close();
    const { whole, text } = saveWhole(this.recorded, snapshot);
    this.journal = await journalOf(this.recorded, whole, fingerprint(text));
  }
  close(): Promise<void> {
    return this.journal.close();
  }
}

/** In the same order that a journal is read back in: a finished state may stand on one that was not touched. */
export function saveWhole({ file, vault, now }: Recorded, snapshot: Snapshot): { whole: Snapshot; text: string } {
  const whole = { ...snapshot, resources: ordered(snapshot.resources) };
  return { whole, text: file.save(whole, vault, now()) };
}

async function journalOf({ files, file, vault }: Recorded, base: Snapshot, magic: string): Promise<JournalWriter> {
  // What an earlier run left there has been folded in by now, or was never acknowledged.
  return new JournalWriter(await files.grow(file.journalFile), file.journalFile, vault, base, magic);
}
