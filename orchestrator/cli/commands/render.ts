import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { stableTree } from "../../../infra/environments/stable";
import { SlipwayError } from "../../errors";
import { environments } from "../../promotion/environment";
import { IMAGE } from "../../promotion/record";
import { fileError } from "../../rollout/files";
import type { RenderOptions } from "../environments";
import type { Invocation } from "../invocation";
import { loadConfig } from "../parts";

/** The image a written overlay has already: what a promotion set there stays. */
const SET = /newName: (\S+)\n\s+digest: (sha256:[0-9a-f]{64})/;

/**
 * `slipway environment render`: writes what Git holds of the stable environments. An environment that has an image keeps
 * it: only a promotion changes that (C7.1).
 */
export async function renderCommand({ image, out }: RenderOptions, { root, terminal }: Invocation): Promise<number> {
  if (!IMAGE.test(image))
    throw new SlipwayError(
      "image-not-pinned",
      `${image} is no repository@sha256:… with 64 hexadecimal digits`,
      "name the image by its digest",
      "usage",
    );
  const configs = await Promise.all(environments.map((environment) => loadConfig(root, environment)));
  const folder = path.resolve(root, out);
  const kept = (kind: string): string => {
    const file = path.join(folder, "overlays", kind, "kustomization.yaml");
    const match = existsSync(file) ? SET.exec(readFileSync(file, "utf8")) : null;
    return match === null ? image : `${match[1] ?? ""}@${match[2] ?? ""}`;
  };
  const images = { dev: kept("qa"), staging: kept("staging"), production: kept("production") };
  const tree = stableTree(configs, images, path.relative(root, folder).split(path.sep).join("/"));
  if (tree.size === 0)
    throw new SlipwayError(
      "no-application",
      "no settings file has slipway:application, so there is no stable environment to write",
      "add slipway:application with its database to Pulumi.<environment>.yaml",
      "usage",
    );
  const changed: string[] = [];
  for (const [name, content] of tree) {
    const file = path.join(folder, ...name.split("/"));
    const text = stringify(content, { lineWidth: 0, aliasDuplicateObjects: false });
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    try {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    } catch (error) {
      throw fileError(error, file);
    }
    changed.push(name);
  }
  for (const name of changed) terminal.line(name);
  terminal.line(`${changed.length} of ${tree.size} files written below ${out}`);
  terminal.document({ result: "succeeded", exitCode: 0, folder, images, written: changed, files: tree.size });
  return 0;
}
