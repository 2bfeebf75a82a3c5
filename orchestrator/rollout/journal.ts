import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import path from "node:path";
import { SlipwayError } from "../errors";
import { fileError } from "./files";
import type { StepOutcome } from "./step";

/** One line of the journal. A step has a `begin` and, unless the process died in it, an `end`. */
export type JournalEntry =
  | {
      readonly event: "run-begin";
      readonly run: string;
      readonly at: string;
      /** Command, environments, phases and options: the same text means the same run. */
      readonly signature: string;
      readonly fingerprint: string;
    }
  | { readonly event: "run-end"; readonly run: string; readonly at: string; readonly status: "succeeded" | "failed" }
  | { readonly event: "begin"; readonly run: string; readonly at: string; readonly step: string }
  | {
      readonly event: "end";
      readonly run: string;
      readonly at: string;
      readonly step: string;
      readonly seconds: number;
      readonly outcome: StepOutcome;
    }
  | { readonly event: "note"; readonly run: string; readonly at: string; readonly text: string };

/**
 * The journal of one environment: one JSON line per event, on disk (fsync) before `append` returns, so that what was
 * begun and what was finished survives a kill at any instant. Only the holder of the environment's lease writes.
 */
export class Journal {
  private constructor(
    readonly file: string,
    private readonly known: JournalEntry[],
  ) {}

  /**
   * Opens the journal for writing. A last line cut off by a crash is removed: it was never acknowledged. Anything
   * else unreadable is an error and the file stays as it is.
   * @throws SlipwayError `journal-corrupt`, or a file error that names the folder.
   */
  static open(file: string): Journal {
    try {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    } catch (error) {
      throw fileError(error, file);
    }
    const { entries, wholeBytes, torn } = read(file);
    if (torn) {
      try {
        truncateSync(file, wholeBytes);
      } catch (error) {
        throw fileError(error, file);
      }
    }
    return new Journal(file, entries);
  }

  /** The entries on disk, for a reader that holds no lease; changes nothing. */
  static read(file: string): readonly JournalEntry[] {
    return read(file).entries;
  }

  get entries(): readonly JournalEntry[] {
    return this.known;
  }

  /** Durable when it returns. @throws SlipwayError when the disk is full or may not be written. */
  append(entry: JournalEntry): void {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    let handle: number | undefined;
    try {
      handle = openSync(this.file, "a", 0o600);
      let written = 0;
      while (written < line.length) written += writeSync(handle, line, written);
      fsyncSync(handle);
    } catch (error) {
      throw fileError(error, this.file);
    } finally {
      if (handle !== undefined) closeSync(handle);
    }
    this.known.push(entry);
  }
}

function read(file: string): { entries: JournalEntry[]; wholeBytes: number; torn: boolean } {
  if (!existsSync(file)) return { entries: [], wholeBytes: 0, torn: false };
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw fileError(error, file);
  }
  // Every acknowledged line ends with a newline, so what follows the last one is a write that a crash cut off.
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.subarray(0, wholeBytes).toString("utf8").split("\n").slice(0, -1);
  const entries = lines.map((line, index) => {
    const entry = parse(line);
    if (entry !== undefined) return entry;
    throw new SlipwayError(
      "journal-corrupt",
      `${file} line ${index + 1} is not a journal entry; the file is kept as it is and nothing was started`,
      `restore ${file} from a backup, or move it away: the next run then previews and checks everything again`,
      "refused",
    );
  });
  return { entries, wholeBytes, torn: wholeBytes < bytes.length };
}

function parse(line: string): JournalEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return undefined;
    const { event, run, at } = value as Record<string, unknown>;
    const known = ["run-begin", "run-end", "begin", "end", "note"];
    return typeof event === "string" && known.includes(event) && typeof run === "string" && typeof at === "string"
      ? (value as JournalEntry)
      : undefined;
  } catch {
    return undefined;
  }
}
