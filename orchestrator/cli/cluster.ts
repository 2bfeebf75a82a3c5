import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { SlipwayError } from "../errors";
import type { ClusterKind } from "../sandbox/cluster-kind";
import { createLayout } from "../rollout/layout";
import type { CommonOptions } from "./options";
import { loadConfig } from "./parts";

interface ClusterRequest {
  readonly options: Pick<CommonOptions, "cluster" | "environment" | "target" | "stateDir">;
  readonly root: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** The options with `--cluster auto` decided: the rest of the program knows what Kubernetes runs on. */
export async function withCluster<Options extends CommonOptions>(
  options: Options,
  request: Omit<ClusterRequest, "options">,
): Promise<Options> {
  const cluster = await wireCluster({ ...request, options });
  if (cluster === "embedded" && options.keepCluster)
    throw new SlipwayError(
      "nothing-to-keep",
      "--keep-cluster leaves real control planes running, and this rehearsal has none: the embedded API ends with this process",
      "run npm run control-plane and take --cluster control-plane",
      "usage",
    );
  return cluster === undefined ? options : { ...options, cluster };
}

/** What a rehearsal runs on; undefined for the aws target, whose cluster is EKS. */
export async function wireCluster({
  options: { cluster: asked, environment, target, stateDir },
  root,
  variables,
}: ClusterRequest): Promise<ClusterKind | undefined> {
  if (target === "aws") return undefined;
  const { chooseCluster } = await import("../sandbox/cluster-kind.js");
  const layout = createLayout(stateDir, target);
  return chooseCluster({
    asked,
    worlds: Object.fromEntries(environment.map((name) => [name, layout.world(name)])),
    async atHand() {
      const [{ atHand }, { minors }] = await Promise.all([
        import("../sandbox/control-plane/binaries.js"),
        import("../sandbox/control-plane/versions.js"),
      ]);
      const ready: string[] = [];
      for (const minor of minors) if (await atHand(minor, variables)) ready.push(minor);
      // Without any there is no need to read settings before the first line.
      if (ready.length === 0) return false;
      // A mistake in the settings is told where they are read; here it decides nothing.
      const wanted = await Promise.all(
        environment.map((name) =>
          loadConfig(root, name).then(
            ({ cluster }) => cluster.version,
            () => undefined,
          ),
        ),
      );
      return wanted.every((version) => version === undefined || ready.includes(version));
    },
  });
}

/** How to reach the control planes that `--keep-cluster` left running, one line each. */
export async function keptClusters(
  options: Pick<CommonOptions, "environment" | "stateDir" | "target">,
): Promise<string[]> {
  const [{ clustersFolder }, { adminKubeconfig, isUp }] = await Promise.all([
    import("../sandbox/cluster-kind.js"),
    import("../sandbox/control-plane/control-plane.js"),
  ]);
  const layout = createLayout(options.stateDir, options.target);
  return options.environment.flatMap((environment) => {
    const folder = clustersFolder(layout.world(environment));
    return (existsSync(folder) ? readdirSync(folder) : [])
      .map((name) => path.join(folder, name))
      .filter(isUp)
      .map((cluster) => `${environment}: kubectl --kubeconfig ${adminKubeconfig(cluster)} get pods -A`);
  });
}
