/** What an instance type offers: vCPU, GiB, GPUs (EC2 instance types). */
const sizes: Readonly<Record<string, readonly [cpu: number, memoryGib: number]>> = {
  large: [2, 8],
  xlarge: [4, 16],
  "2xlarge": [8, 32],
  "4xlarge": [16, 64],
  "8xlarge": [32, 128],
};

/** Memory per vCPU differs by family: c half, r double of m. */
const factor = (family: string) =>
  family.startsWith("c") ? 0.5 : family.startsWith("r") || family.startsWith("i") ? 2 : 1;

/** Capacity as the kubelet reports it; undefined for a type the rehearsal does not know. */
export function capacityOf(instanceType: string, maxPods: number): Record<string, string> | undefined {
  const [family = "", size = ""] = instanceType.split(".");
  const known = sizes[size];
  if (known === undefined || !/^[a-z]+\d/.test(family)) return undefined;
  const gpu: Record<string, string> = family.startsWith("g") || family.startsWith("p") ? { "nvidia.com/gpu": "1" } : {};
  return {
    cpu: String(known[0]),
    memory: `${known[1] * factor(family)}Gi`,
    pods: String(maxPods),
    "ephemeral-storage": "50Gi",
    ...gpu,
  };
}
export function architectureOf(instanceType: string): "arm64" | "amd64" {
  return /^[a-z]+\d+g/.test(instanceType) ? "arm64" : "amd64";
}
