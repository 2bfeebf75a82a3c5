import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeSync } from "node:fs";
import path from "node:path";

/** Ending of a file that is being written; one that stays is the trace of a crash. */
export const UNFINISHED = ".tmp";

/**
 * Creates `file` with `text` unless it exists, whole and durable: written and synced under another name first, then
 * linked. link(2) is atomic and fails on an existing name, so of two writers one wins, and a crash leaves either all
 * of the file or none.
 *
 * @returns whether this call created it.
 * @throws the file system's own error.
 */
export function createExclusively(file: string, text: string): boolean {
  const temporary = `${file}.${randomUUID()}${UNFINISHED}`;
  try {
    const handle = openSync(temporary, "wx", 0o600);
    try {
      const bytes = Buffer.from(text);
      let written = 0;
      while (written < bytes.length) written += writeSync(handle, bytes, written);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    linkSync(temporary, file);
    syncFolder(path.dirname(file));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** The name itself must survive a power cut as well. Windows has no such call, and journals names by itself. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
