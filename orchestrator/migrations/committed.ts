import path from "node:path";
import type { Repository } from "../promotion/git";
import { inOrder, type Migration } from "./migration";

/** Migrations of a commit in one of its folders, by its path from the project's folder; none where it has no such folder. */
export function committedMigrations(
  repository: Pick<Repository, "files">,
  commit: string,
  folder: string,
): Migration[] {
  const files = repository.files(commit, [folder]);
  return inOrder(
    files
      .filter(({ path: file }) => path.posix.dirname(file) === folder)
      .map(({ path: file, bytes }) => ({ name: path.posix.basename(file), bytes })),
  );
}
