import path from "node:path";
import { gte } from "semver";
import { versionOf } from "./binaries";
import { cacheRoot, readPart } from "./cache";
import { alerting, floors, toolNames, type ToolName } from "./versions";

type Variables = Readonly<Record<string, string | undefined>>;

/** The word by which `npm run control-plane` builds them. */
export const TOOLS = "alerting";

export interface Tool {
  readonly name: ToolName;
  readonly path: string;
  /** `3.14.0` */
  readonly version: string;
  readonly source: "PATH" | "cache";
}

/** Looks for promtool and amtool on PATH, then among what was built before; builds nothing. */
export async function findTools(
  variables: Variables,
): Promise<{ readonly found: readonly Tool[]; readonly missing: readonly ToolName[] }> {
  const folders = (variables["PATH"] ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const root = cacheRoot(variables);
  const looked = await Promise.all(
    toolNames.map(async (name): Promise<Tool | undefined> => {
      for (const folder of folders) {
        const file = path.join(folder, name);
        const version = await versionOf(file);
        if (version !== undefined && gte(version, floors[name])) return { name, path: file, version, source: "PATH" };
      }
      const part = alerting.find(({ packages }) => name in packages);
      const built = part && (await readPart(root, part))?.[name];
      if (part === undefined || built === undefined) return undefined;
      return { name, path: built, version: part.packages[name]?.version ?? part.version, source: "cache" };
    }),
  );
  const found = looked.filter((one) => one !== undefined);
  return { found, missing: toolNames.filter((name) => !found.some((one) => one.name === name)) };
}
