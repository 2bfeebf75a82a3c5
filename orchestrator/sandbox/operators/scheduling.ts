import { capacityOf } from "../aws/instances";
import { at, listAt, type KubeObject } from "../kubernetes/object";

/** A pool as far as a pod's wishes concern it. */
export interface Pool {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  readonly instanceTypes: readonly string[];
  readonly capacityType: "on-demand" | "spot";
  /** Cores. */
  readonly cpuLimit: number;
  readonly cpuUsed: number;
}

const UNITS: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  K: 1e3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  m: 1e-3,
  "": 1,
};

/** Cores of a quantity: `100m` is 0.1. */
export function cpuOf(quantity: unknown): number {
  return amount(quantity);
}
function amount(quantity: unknown): number {
  const [, number = "0", unit = ""] =
    /^([\d.]+)([A-Za-z]*)$/.exec(
      typeof quantity === "number" ? String(quantity) : typeof quantity === "string" ? quantity : "0",
    ) ?? [];
  return Number(number) * (UNITS[unit] ?? 1);
}

/** Part of a node that its own daemons take. */
const OVERHEAD = 0.9;

function requested(pod: KubeObject, resource: string): number {
  return listAt(pod, "spec", "containers").reduce<number>(
    (sum, container) => sum + amount(at(container, "resources", "requests", resource)),
    0,
  );
}

/** The first pool, and in it the first instance type, that takes the pod; else why none does, in Karpenter's words. */
export function chooseNode(
  pod: KubeObject,
  pools: readonly Pool[],
  zones: readonly string[],
): { pool: string; instanceType: string; zone: string } | { reason: string } {
  const reasons: string[] = [];
  const selector = (at(pod, "spec", "nodeSelector") ?? {}) as Record<string, string>;
  const zone = selector["topology.kubernetes.io/zone"] ?? zones[0];
  if (zone === undefined) return { reason: "no zone is known, since the cluster has no node" };
  for (const pool of pools) {
    const problem = labelProblem(pool, selector) ?? taintProblem(pool, pod);
    if (problem !== undefined) {
      reasons.push(`incompatible with nodepool "${pool.name}", ${problem}`);
      continue;
    }
    const types = pool.instanceTypes.map((type) => ({ type, capacity: capacityOf(type, Infinity) }));
    const fitting = types.filter(({ capacity }) =>
      ["cpu", "memory", "nvidia.com/gpu"].every(
        (resource) =>
          requested(pod, resource) <= amount(capacity?.[resource]) * (resource === "nvidia.com/gpu" ? 1 : OVERHEAD),
      ),
    );
    if (fitting.length === 0) {
      reasons.push(`incompatible with nodepool "${pool.name}", no instance type has enough resources`);
      continue;
    }
    const allowed = fitting.find(({ capacity }) => pool.cpuUsed + amount(capacity?.["cpu"]) <= pool.cpuLimit);
    if (allowed !== undefined) return { pool: pool.name, instanceType: allowed.type, zone };
    reasons.push(`all available instance types exceed limits for nodepool: "${pool.name}"`);
  }
  return { reason: reasons.length === 0 ? "no nodepools found" : reasons.join("; ") };
}

/** Labels that say where a node is or what it is made of, which a pool need not name. */
const GIVEN = /^(kubernetes\.io\/(os|arch|hostname)|topology\.kubernetes\.io\/|node\.kubernetes\.io\/instance-type$)/;

function labelProblem(pool: Pool, selector: Readonly<Record<string, string>>): string | undefined {
  const offered: Record<string, string> = {
    ...pool.labels,
    "karpenter.sh/nodepool": pool.name,
    "karpenter.sh/capacity-type": pool.capacityType,
  };
  const wrong = Object.entries(selector).find(([key, value]) => !GIVEN.test(key) && offered[key] !== value);
  return wrong && `incompatible requirements, label "${wrong[0]}" does not have known values`;
}

function taintProblem(pool: Pool, pod: KubeObject): string | undefined {
  const tolerations = listAt<{ key?: string; operator?: string; value?: string; effect?: string }>(
    pod,
    "spec",
    "tolerations",
  );
  const bare = pool.taints.find(
    (taint) =>
      taint.effect !== "PreferNoSchedule" &&
      !tolerations.some(
        ({ key, operator = "Equal", value, effect }) =>
          (key === undefined || key === taint.key) &&
          (effect === undefined || effect === taint.effect) &&
          (operator === "Exists" || value === taint.value),
      ),
  );
  return bare && `did not tolerate taint (taint=${bare.key}=${bare.value ?? ""}:${bare.effect})`;
}
