import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** Folders and files that decide what an environment becomes: program (with its chart table), policy and exact dependencies. */
export const DECIDING = ["infra", "policy", "package-lock.json", "Pulumi.yaml"] as const;

/**
 * Hash of everything that decides what is built in an environment. A resumed run compares it with the interrupted
 * one's: only under the same fingerprint may finished steps be left as they are.
 */
export function fingerprint(root: string, environment: string): string {
  const hash = createHash("sha256");
  for (const entry of [...DECIDING, `Pulumi.${environment}.yaml`]) {
    for (const file of filesUnder(root, entry)) {
      const bytes = readFileSync(path.join(root, file));
      // Length first: no two different trees give the same stream.
      hash.update(`${file}\0${bytes.length}\0`).update(bytes);
    }
  }
  return hash.digest("hex");
}

function filesUnder(root: string, relative: string): string[] {
  const full = path.join(root, relative);
  const found = statSync(full, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [relative];
  return readdirSync(full)
    .filter((name) => name !== "node_modules")
    .toSorted()
    .flatMap((name) => filesUnder(root, path.posix.join(relative, name)));
}
