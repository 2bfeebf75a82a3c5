import * as eks from "@pulumi/aws/eks";
import type * as pulumi from "@pulumi/pulumi";
import type { AddonName, PlatformConfig } from "./config";
import { named, type Tags } from "./naming";

export interface AddonArgs {
  readonly addon: AddonName;
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: pulumi.Input<string>;
  /** Its configuration, by the schema that EKS publishes for it. */
  readonly values?: object;
}

/** An add-on that EKS manages, at the version of the configuration or the newest for the cluster (A2.5, A21.5). */
export function managedAddon(
  name: string,
  { addon, config, tags, cluster, values }: AddonArgs,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): eks.Addon {
  const addonVersion =
    config.cluster.addonVersions[addon] ??
    eks.getAddonVersionOutput(
      { addonName: addon, kubernetesVersion: config.cluster.version, mostRecent: true },
      { parent: opts.parent },
    ).version;
  return new eks.Addon(
    `${name}-${addon}`,
    {
      clusterName: cluster,
      addonName: addon,
      addonVersion,
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "PRESERVE",
      ...(values === undefined ? {} : { configurationValues: JSON.stringify(values) }),
      tags: named(tags, `${name}-${addon}`),
    },
    opts,
  );
}
