import type { PlatformConfig, PoolConfig } from "./config";
import type { NodePoolOutput, Taint } from "./outputs";

/** The kinds of node (A3.1). */
export type PoolKind = "general" | "spot" | "storage" | "gpu";

interface PoolShape {
  readonly taint: boolean;
  readonly capacityType: "on-demand" | "spot";
  /** Karpenter AMI alias family; the NVIDIA image has the driver in it (A3.5). */
  readonly architecture: "arm64" | "amd64";
}
const shapes: Readonly<Record<PoolKind, PoolShape>> = {
  general: { taint: false, capacityType: "on-demand", architecture: "arm64" },
  spot: { taint: true, capacityType: "spot", architecture: "arm64" },
  storage: { taint: true, capacityType: "on-demand", architecture: "arm64" },
  gpu: { taint: true, capacityType: "on-demand", architecture: "amd64" },
};

export interface Pool extends NodePoolOutput {
  readonly name: PoolKind;
  readonly architecture: "arm64" | "amd64";
  readonly settings: PoolConfig;
}

/** The typed set: label, taint and toleration of every pool come from here and nowhere else (A3.2). */
export function poolsOf(config: PlatformConfig): Pool[] {
  return (Object.keys(shapes) as PoolKind[]).flatMap((name) => {
    const settings = config.nodePools[name];
    if (settings === undefined) return [];
    const { taint, capacityType, architecture } = shapes[name];
    return [
      {
        name,
        settings,
        architecture,
        capacityType,
        labels: { "node-role": name },
        taints: taint ? [taintOf(name)] : [],
        instanceTypes: settings.instanceTypes,
        minimum: settings.minimum,
      },
    ];
  });
}

function taintOf(name: PoolKind): Taint {
  return { key: "node-role", value: name, effect: "NoSchedule" };
}

/** What a pod needs to run on a pool: its label as selector, its taint as toleration. */
export function placementOn(name: PoolKind): {
  nodeSelector: Record<string, string>;
  tolerations: { key: string; operator: "Equal"; value: string; effect: string }[];
} {
  const tolerations = shapes[name].taint
    ? [taintOf(name)].map(({ key, value, effect }) => ({ key, operator: "Equal" as const, value, effect }))
    : [];
  return { nodeSelector: { "node-role": name }, tolerations };
}
