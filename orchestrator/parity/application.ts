import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { PlatformConfig } from "../../infra/config";
import { stableObjects, stableTree } from "../../infra/environments/stable";
import { stableKind } from "../../infra/environments/sizes";
import { environments } from "../promotion/environment";
import type { PlannedResource } from "../cost/estimate";
import type { Difference } from "./compare";

/** Which image runs is the release's to say, and the same in both (D1.8): parity looks at everything else. */
const IMAGE = `application@sha256:${"0".repeat(64)}`;

/**
 * What an environment's overlay renders to, with the GitOps object that delivers it: what no preview of the platform shows,
 * because it comes from Git (B8.4, C1.3). Empty where the settings name no application. Pure.
 */
export function applicationResources(config: PlatformConfig): PlannedResource[] {
  return [...stableObjects(config, IMAGE)].map(([name, { apiVersion, kind, ...inputs }]) => ({
    urn: `git::application-${name}`,
    type: `kubernetes:${apiVersion}:${kind}`,
    inputs,
  }));
}

/** The image that an overlay names by its digest. */
const SET = /newName: (\S+)\n\s+digest: (sha256:[0-9a-f]{64})/;

/**
 * Overlays of the checkout that are not what the settings render: changed by hand in one environment, they would differ
 * from what was compared. Each file is named; which image an overlay has is its promotion's to say. `load` gives the settings
 * of an environment: an overlay is rendered over the base of all of them.
 */
export async function strayOverlays(
  root: string,
  compared: readonly string[],
  load: (environment: string) => Promise<PlatformConfig>,
): Promise<Difference[]> {
  const folders = applications(root);
  if (folders.length === 0) return [];
  const configs = await Promise.all(environments.map((environment) => load(environment)));
  const kinds = environments.filter((one) => compared.includes(one)).map((one) => stableKind[one]);
  return folders.flatMap((folder) => {
    const at = (name: string) => path.join(root, folder, ...name.split("/"));
    const images = { dev: IMAGE, staging: IMAGE, production: IMAGE };
    for (const { environment } of configs) {
      const overlay = at(`overlays/${stableKind[environment]}/kustomization.yaml`);
      const match = existsSync(overlay) ? SET.exec(readFileSync(overlay, "utf8")) : null;
      if (match !== null) images[environment] = `${match[1] ?? ""}@${match[2] ?? ""}`;
    }
    const tree = stableTree(configs, images, folder);
    const wanted = new Map([...tree].filter(([name]) => kinds.some((kind) => name.startsWith(`overlays/${kind}/`))));
    const there = kinds.flatMap((kind) => filesBelow(root, folder, `overlays/${kind}`));
    return [...new Set([...wanted.keys(), ...there])].toSorted().flatMap((name): Difference[] => {
      const rendered = wanted.get(name);
      const written = existsSync(at(name)) ? readFileSync(at(name), "utf8") : undefined;
      if (rendered !== undefined && written !== undefined && same(rendered, written)) return [];
      const presence = (side: object | string | undefined) => (side === undefined ? "" : "there");
      const told =
        rendered !== undefined && written !== undefined
          ? { left: "as the settings render it", right: "changed by hand" }
          : { left: presence(rendered), right: presence(written) };
      return [{ resource: `${folder}/${name}`, path: "", ...told }];
    });
  });
}

function same(rendered: object, written: string): boolean {
  try {
    return JSON.stringify(rendered) === JSON.stringify(parse(written));
  } catch {
    return false;
  }
}

/** Folders of apps/ that `slipway environment render` wrote. */
function applications(root: string): string[] {
  const home = path.join(root, "apps");
  if (!existsSync(home)) return [];
  return readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(home, entry.name, "overlays")))
    .map(({ name }) => `apps/${name}`);
}

function filesBelow(root: string, folder: string, name: string): string[] {
  const top = path.join(root, folder, ...name.split("/"));
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name: file }) =>
      path.relative(path.join(root, folder), path.join(parentPath, file)).split(path.sep).join("/"),
    );
}
