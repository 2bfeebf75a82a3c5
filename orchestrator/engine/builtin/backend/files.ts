import * as fs from "node:fs";
import * as path from "node:path";
import { SlipwayError } from "../../../errors";

/** The file operations the backend stands on; tests hand in one whose disk is full. */
export interface Files {
  read(file: string): string | undefined;
  /** Replaces the whole file or leaves it as it was: temporary file, fsync, rename, fsync of the folder. */
  replace(file: string, text: string): void;
  list(folder: string): string[];
  remove(file: string): void;
  /** Starts a new file that grows; one that was there is emptied. */
  grow(file: string): Promise<Appender>;
}

/** A file that grows at its end. */
export interface Appender {
  write(text: string): Promise<void>;
  /** Resolves once what was written before survives a power loss. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export const disk: Files = {
  read(file) {
    try {
      return fs.readFileSync(file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw unusable("read", file, error as NodeJS.ErrnoException);
    }
  },
  replace(file, text) {
    const temporary = `${file}.${process.pid}.tmp`;
    try {
      fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      const handle = fs.openSync(temporary, "w", 0o600);
      try {
        fs.writeFileSync(handle, text);
        fs.fsyncSync(handle);
      } finally {
        fs.closeSync(handle);
      }
      fs.renameSync(temporary, file);
      syncFolder(path.dirname(file));
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw unusable("write", file, error as NodeJS.ErrnoException);
    }
  },
  list(folder) {
    try {
      return fs.readdirSync(folder).sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw unusable("list", folder, error as NodeJS.ErrnoException);
    }
  },
  remove(file) {
    fs.rmSync(file, { force: true, recursive: true });
  },
  async grow(file) {
    try {
      const handle = await fs.promises.open(file, "w", 0o600);
      syncFolder(path.dirname(file));
      return {
        write: async (text) => {
          await handle.appendFile(text);
        },
        sync: () => handle.datasync(),
        close: () => handle.close(),
      };
    } catch (error) {
      throw unusable("write", file, error as NodeJS.ErrnoException);
    }
  },
};

/** A rename is durable once its folder is. Windows has no such thing and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = fs.openSync(folder, "r");
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

const fixes: Readonly<Record<string, string>> = {
  ENOSPC: "free some disk space and run again; the last complete state is untouched",
  EDQUOT: "free some of the quota and run again; the last complete state is untouched",
  EACCES: "give this user read and write permission on the folder, or choose another with --state-dir",
  EPERM: "give this user read and write permission on the folder, or choose another with --state-dir",
  EROFS: "the file system is read-only: choose another folder with --state-dir",
};

export function unusable(what: string, file: string, error: NodeJS.ErrnoException): SlipwayError {
  if (error instanceof SlipwayError) return error;
  const code = error.code ?? "";
  const kind = code === "ENOSPC" || code === "EDQUOT" ? "disk-full" : code in fixes ? "no-permission" : "file-failed";
  return new SlipwayError(
    kind,
    `cannot ${what} ${file}: ${error.message}`,
    fixes[code] ?? "see the message above",
    "failure",
    { cause: error },
  );
}
