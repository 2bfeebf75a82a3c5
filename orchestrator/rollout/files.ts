import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { SlipwayError } from "../errors";

/** A failed file operation in words: what could not be done, where, why and what helps. */
export function fileError(error: unknown, file: string): SlipwayError {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const cause = { cause: error };
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return new SlipwayError(
        "disk-full",
        `the disk is full: ${file} could not be written; what was finished before is kept`,
        `free space on the disk of ${path.dirname(file)} and run the same command again: it continues where it stopped`,
        "failure",
        cause,
      );
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new SlipwayError(
        "not-writable",
        `no permission to use ${file} (${code})`,
        `give the current user read and write access to ${path.dirname(file)}, or choose another folder with --state-dir`,
        "usage",
        cause,
      );
    default:
      return new SlipwayError(
        "file-failed",
        `${file}: ${error instanceof Error ? error.message : String(error)}`,
        `look at ${file} and run the same command again`,
        "failure",
        cause,
      );
  }
}

/** Replaces a file's content in one step: a reader sees the old or the new text, never a part. Mode 0600. */
export function writeFileWhole(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const handle = openSync(temporary, "w", 0o600);
    try {
      const bytes = Buffer.from(text);
      let written = 0;
      while (written < bytes.length) written += writeSync(handle, bytes, written);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw fileError(error, file);
  }
}
