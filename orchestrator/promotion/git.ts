import { spawnSync } from "node:child_process";
import { SlipwayError } from "../errors";
import { digestOf } from "./canonical";

/** A file of a commit. */
export interface CommittedFile {
  /** From the project's folder, with `/`. */
  readonly path: string;
  readonly mode: string;
  readonly bytes: Buffer;
}

/** What a release asks of the project's Git repository. Only the committed bytes count: they are the same everywhere. */
export interface Repository {
  /** The full id of a commit. @throws SlipwayError `commit-unknown`. */
  commit(revision: string): string;
  /** Files of a commit at or below these paths, in the order of their names. */
  files(commit: string, paths: readonly string[]): CommittedFile[];
  /** Files at or below these paths whose content here is not the commit's. */
  changed(commit: string, paths: readonly string[]): string[];
  /**
   * Mail addresses, in lower case and sorted, of who wrote the commits after `since` up to `commit`, co-authors
   * included; of `commit` alone without `since`. Who made a merge counts: a merge can carry a change of its own.
   * @throws SlipwayError `history-cut` in a shallow clone, where authors may be missing.
   */
  authors(commit: string, since: string | undefined): string[];
}

/** The repository that holds `root`. */
export function openRepository(root: string): Repository {
  const git = (args: readonly string[], input?: string): Buffer => {
    const { status, stdout, stderr, error } = spawnSync("git", [...args], {
      cwd: root,
      ...(input !== undefined && { input }),
      maxBuffer: MAX_OUTPUT_BYTES,
      // Replaced objects would make the same commit read differently on another machine.
      env: { ...process.env, GIT_NO_REPLACE_OBJECTS: "1", LC_ALL: "C" },
    });
    if (error === undefined && status === 0) return stdout;
    throw new SlipwayError(
      "git-failed",
      `git ${args[0]} in ${root}: ${error?.message ?? stderr.toString().trim()}`,
      "a release is made from a Git repository: run it in a checkout of the project, with git on PATH",
      "usage",
    );
  };
  const text = (...args: string[]) => git(args).toString("utf8");
  const names = (...args: string[]) =>
    text(...args)
      .split("\0")
      .filter(Boolean);

  return {
    commit(revision) {
      try {
        return text("rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`).trim();
      } catch (error) {
        throw new SlipwayError(
          "commit-unknown",
          `${revision} names no commit of the repository at ${root}`,
          "fetch it (git fetch --tags), or name another commit",
          "usage",
          { cause: error },
        );
      }
    },
    files(commit, paths) {
      const listed = names("ls-tree", "-r", "-z", commit, "--", ...paths).map((line) => {
        const tab = line.indexOf("\t");
        const [mode = "", , id = ""] = line.slice(0, tab).split(" ");
        return { mode, id, path: line.slice(tab + 1) };
      });
      const contents = blobs(git(["cat-file", "--batch"], listed.map(({ id }) => `${id}\n`).join("")), listed.length);
      return listed.map(({ mode, path }, index) => ({ path, mode, bytes: contents[index] ?? Buffer.alloc(0) }));
    },
    changed: (commit, paths) =>
      [
        ...new Set([
          ...names("diff", "--no-ext-diff", "--relative", "--name-only", "-z", commit, "--", ...paths),
          ...names("ls-files", "--others", "--exclude-standard", "-z", "--", ...paths),
        ]),
      ].toSorted(),
    authors(commit, since) {
      if (text("rev-parse", "--is-shallow-repository").trim() === "true") {
        throw new SlipwayError(
          "history-cut",
          "this clone is shallow, so who wrote what the release contains cannot be known, and an author must not approve",
          "git fetch --unshallow",
          "refused",
        );
      }
      const range = since === undefined ? ["-1", commit] : [`${since}..${commit}`];
      const format = "--format=%ae%n%(trailers:key=Co-authored-by,valueonly)";
      const lines = text("-c", "log.showSignature=false", "log", "--no-mailmap", format, ...range, "--").split("\n");
      const addresses = lines.map((line) => (/<([^<>]+)>\s*$/.exec(line)?.[1] ?? line).trim().toLowerCase());
      return [...new Set(addresses.filter(Boolean))].toSorted();
    },
  };
}

/** Far above what the deciding files of a project weigh. */
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

/** Reads the answer of `git cat-file --batch`: a line `id type size`, that many bytes, a line break. */
function blobs(answer: Buffer, count: number): Buffer[] {
  const contents: Buffer[] = [];
  let at = 0;
  while (contents.length < count) {
    const end = answer.indexOf(0x0a, at);
    const size = Number(answer.subarray(at, end).toString("latin1").split(" ")[2]);
    if (end < 0 || !Number.isInteger(size)) {
      const line = answer.subarray(at, end < 0 ? undefined : end).toString("latin1");
      throw new SlipwayError(
        "git-failed",
        `git cat-file answered "${line}": a file of the commit is not in this clone`,
        "fetch the whole commit (a submodule or a partial clone cannot be released)",
        "usage",
      );
    }
    contents.push(answer.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return contents;
}

/** One digest for a set of files: names, modes and bytes. */
export function treeDigest(files: readonly CommittedFile[]): string {
  const parts = files.flatMap(({ path, mode, bytes }) => [
    // Lengths first: no two different trees give the same stream.
    Buffer.from(`${mode} ${Buffer.byteLength(path)} ${path} ${bytes.length}\0`),
    bytes,
  ]);
  return digestOf(Buffer.concat(parts));
}
