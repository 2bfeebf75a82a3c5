import type { PlatformConfig } from "../config";
import { controllerOf, GATEWAY } from "../gateways";
import type { ApplicationSpec } from "./application";
import type { Groups } from "../personas";
import { deliveryOf } from "./delivery";
import { workloadManifests, type Surroundings } from "./environment";
import { baseTree, overlayTree, type Tree } from "./kustomize";
import type { Manifest } from "./manifest";
import { namesOf } from "./names";
import { podMaximumOf } from "./namespace";
import { stableKind } from "./sizes";

/** What runs in a cluster's stable environment; undefined where the settings name none. */
export function stableSpec(config: PlatformConfig, image: string): ApplicationSpec | undefined {
  const { environment, application, domain } = config;
  if (application === undefined) return undefined;
  const kind = stableKind[environment];
  return {
    kind,
    names: namesOf({ kind, domain }),
    image,
    gateway: { name: GATEWAY, namespace: controllerOf(config).namespace },
    database: application.database,
    profile: application.profile,
    ...(application.rollout.by !== "rolling" && { strategy: application.rollout }),
    alerts: { environment, runbook: config.runbook },
    secretPath: `slipway/${environment}/database-credentials`,
    ...(application.refresh !== undefined && { refresh: application.refresh }),
    ...(application.login !== undefined && { access: { login: application.login } }),
  };
}

/** The stable environment as far as its guards go, which ask for no image. */
export function guardedSpec(config: PlatformConfig): ApplicationSpec | undefined {
  return stableSpec(config, "");
}

/** What the guards of an environment take from its cluster: the same in Git and in what phase 7 declares. */
export function surroundingsOf(config: PlatformConfig): Surroundings & { readonly groups: Groups } {
  return { vpcCidr: config.network.cidr, groups: config.security.groups, ...podMaximumOf(config) };
}

/** Images of the environments, each by digest: a promotion changes one line of one file (C7.1). */
export type Images = Readonly<Record<PlatformConfig["environment"], string>>;

/**
 * All of the application that belongs into Git: base, an overlay for each environment and the GitOps objects, of the
 * same source as what Pulumi declares (C1.3, C7.1).
 */
export function stableTree(configs: readonly PlatformConfig[], images: Images, folder: string): Tree {
  const all = configs.flatMap((config) => {
    const spec = stableSpec(config, images[config.environment]);
    return spec === undefined ? [] : [{ config, spec }];
  });
  const smallest = all[0]?.spec;
  if (smallest === undefined) return new Map();
  return new Map<string, object>([
    ...baseTree(smallest),
    ...all.flatMap(({ config, spec }) => [
      ...overlayTree(spec, { base: smallest, ...surroundingsOf(config) }),
      [
        `delivery/${spec.kind}.yaml`,
        deliveryOf({ ...spec, kind: stableKind[config.environment], ...config.gitops, folder }),
      ] as const,
    ]),
  ]);
}

/**
 * What the overlay of an environment renders to, by a name that is the same in each, and the GitOps object that delivers
 * it: the tree above as objects. Empty where the settings name no application. Pure.
 */
export function stableObjects(config: PlatformConfig, image: string): ReadonlyMap<string, Manifest> {
  const spec = stableSpec(config, image);
  if (spec === undefined) return new Map();
  const kind = stableKind[config.environment];
  return new Map([
    ...workloadManifests(spec).map((one) => [`${one.kind.toLowerCase()}-${one.metadata.name}`, one] as const),
    ["delivery", deliveryOf({ ...spec, kind, ...config.gitops, folder: "application" })],
  ]);
}
