import { spawnSync } from "node:child_process";
import os from "node:os";

/** Whom the ledger names as the writer of an entry: Git's own mail address, else user and machine. A hint, no proof. */
export function actor(root: string): string {
  const { status, stdout } = spawnSync("git", ["config", "user.email"], { cwd: root, encoding: "utf8" });
  const address = status === 0 ? stdout.trim() : "";
  return address === "" ? `${os.userInfo().username}@${os.hostname()}` : address;
}
