import { spawnSync } from "node:child_process";
import { SlipwayError } from "../errors";

/** The repository up to what is checked out, as one file that `git clone` reads: whoever has it needs no server. */
export function historyOf(root: string): Uint8Array {
  const { status, stdout, stderr } = spawnSync("git", ["bundle", "create", "--quiet", "-", "HEAD"], {
    cwd: root,
    maxBuffer: 1 << 30,
  });
  if (status === 0) return stdout;
  throw new SlipwayError(
    "git-failed",
    `git bundle in ${root}: ${stderr.toString().trim()}`,
    "deliver from a full clone of the project, with git on PATH",
    "usage",
  );
}
