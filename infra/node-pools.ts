import type { PlatformConfig, PoolConfig } from "./config";
import type { NodePoolOutput, Taint } from "./outputs";

/** The kinds of node (A3.1). */
export type PoolKind = "general" | "spot" | "storage" | "gpu";

interface PoolShape {
  readonly taint: boolean;
  readonly capacityType: "on-demand" | "spot";
}
const shapes: Readonly<Record<PoolKind, PoolShape>> = {
  general: { taint: false, capacityType: "on-demand" },
  spot: { taint: true, capacityType: "spot" },
  storage: { taint: true, capacityType: "on-demand" },
  gpu: { taint: true, capacityType: "on-demand" },
};

export type Architecture = "arm64" | "amd64";
export interface Pool extends NodePoolOutput {
  readonly name: PoolKind;
  readonly architecture: Architecture;
  readonly settings: PoolConfig;
}

/** Graviton families carry a `g` right behind their generation: m7g, c7gn, i8g; g6 does not (EC2 naming conventions). */
export function architectureOf(instanceType: string): Architecture {
  return /^([a-z]+\d+g|a1\b)/.test(instanceType) ? "arm64" : "amd64";
}
/** Families with NVIDIA GPUs (EC2 accelerated computing: G, Gr and P; those of G4ad are AMD's). */
export function hasGpu(instanceType: string): boolean {
  return /^(g|gr|p)\d/.test(instanceType) && !instanceType.startsWith("g4ad");
}
/** Image of a managed group; the one for GPU nodes has the NVIDIA driver in it (A3.5). */
export function amiTypeOf(instanceType: string): string {
  const machine = architectureOf(instanceType) === "arm64" ? "ARM_64" : "x86_64";
  return `AL2023_${machine}_${hasGpu(instanceType) ? "NVIDIA" : "STANDARD"}`;
}

/** The typed set: label, taint and toleration of every pool come from here and nowhere else (A3.2). */
export function poolsOf(config: PlatformConfig): Pool[] {
  return (Object.keys(shapes) as PoolKind[]).flatMap((name) => {
    const settings = config.nodePools[name];
    if (settings === undefined) return [];
    const { taint, capacityType } = shapes[name];
    const [first = ""] = settings.instanceTypes;
    return [
      {
        name,
        settings,
        architecture: architectureOf(first),
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
