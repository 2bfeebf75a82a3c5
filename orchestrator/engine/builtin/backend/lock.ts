import { randomUUID } from "node:crypto";
import * as os from "node:os";
import * as path from "node:path";
import { SlipwayError } from "../../../errors";
import type { Files } from "./files";

export interface LockOwner {
  pid: number;
  username: string;
  hostname: string;
  timestamp: string;
}

/**
 * The file backend's lock: one file per holder (pulumi.md 5.1). Not compare-and-swap: after writing, whoever sees
 * another lock gives up its own, so two racers may both fail but never both win.
 */
export class StackLock {
  private constructor(
    private readonly files: Files,
    private readonly file: string,
  ) {}

  static acquire(files: Files, folder: string, now: Date): StackLock {
    refuseOthers(files, folder, undefined);
    const file = path.join(folder, `${randomUUID()}.json`);
    const owner: LockOwner = {
      pid: process.pid,
      username: os.userInfo().username,
      hostname: os.hostname(),
      timestamp: now.toISOString(),
    };
    files.replace(file, JSON.stringify(owner));
    try {
      refuseOthers(files, folder, file);
    } catch (error) {
      files.remove(file);
      throw error;
    }
    return new StackLock(files, file);
  }

  release(): void {
    this.files.remove(this.file);
  }
}

/** Locks of a stack with their owners; a file that vanished meanwhile is no lock. */
export function lockOwners(files: Files, folder: string): { file: string; owner: LockOwner }[] {
  return files
    .list(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const file = path.join(folder, name);
      const text = files.read(file);
      if (text === undefined) return [];
      try {
        return [{ file, owner: JSON.parse(text) as LockOwner }];
      } catch {
        return [{ file, owner: { pid: 0, username: "unknown", hostname: "unknown", timestamp: "unknown" } }];
      }
    });
}

function refuseOthers(files: Files, folder: string, own: string | undefined): void {
  const others = lockOwners(files, folder).filter(({ file }) => file !== own);
  if (others.length === 0) return;
  const lines = others.map(
    ({ file, owner }) =>
      `  file://${file}: created by ${owner.username}@${owner.hostname} (pid ${owner.pid}) at ${owner.timestamp}`,
  );
  // The CLI's words: the Automation API recognises them.
  throw new SlipwayError(
    "stack-locked",
    `the stack is currently locked by ${others.length} lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.\n${lines.join("\n")}`,
    "wait for the holder to end; if it is dead, run the command again or cancel the lock",
    "refused",
  );
}

/** Removes every lock of the stack; says nothing about whoever holds one. */
export function removeLocks(files: Files, folder: string): number {
  const found = lockOwners(files, folder);
  found.forEach(({ file }) => files.remove(file));
  return found.length;
}
