import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../kubernetes/object";

/** What a folder of a repository declares at one revision. */
export interface GitFolder {
  /** 40 characters, as Git names a commit; the same content has the same. */
  readonly revision: string;
  readonly objects: readonly KubeObject[];
}

/** The project's own folder of applications: what its repository would hold once it is pushed. */
export const APPS = path.resolve(__dirname, "../../../apps");

/**
 * Reads `apps/…` of the rehearsal's Git. It has one repository, whatever its address, and its content is the working
 * tree at every branch and tag: what is rehearsed is what would be pushed. undefined for a folder that is not there.
 */
export function readFolder(apps: string, folder: string): GitFolder | undefined {
  const [top, ...rest] = path.posix.normalize(folder).split("/");
  const at = path.join(apps, ...rest);
  if (top !== "apps" || rest.includes("..") || !fs.existsSync(at)) return undefined;
  const texts = fs
    .readdirSync(at)
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => fs.readFileSync(path.join(at, name), "utf8"));
  const revision = createHash("sha1").update(texts.join("\n---\n")).digest("hex");
  return { revision, objects: parsed(revision, texts) };
}

/** Of folders that were read before: whoever keeps a cluster in step with Git reads them again and again. */
const known = new Map<string, readonly KubeObject[]>();

function parsed(revision: string, texts: readonly string[]): readonly KubeObject[] {
  const objects =
    known.get(revision) ??
    texts
      .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as KubeObject | null))
      .filter((object) => object !== null);
  known.set(revision, objects);
  return objects;
}
