import type { PlatformConfig } from "../config";
import { CONTAINERD_SOCKET } from "./experiments";
import { replicas, restrictedContainer } from "../release";

/** What the platform sets of the Chaos Mesh chart, and why. */
export function chaosMeshValues(config: PlatformConfig) {
  return {
    // The chart says `latest`.
    images: { tag: "v2.8.3" },
    controllerManager: {
      replicaCount: replicas(config),
      // Only namespaces that carry the annotation are hit, whatever an experiment selects (A16.3).
      enableFilterNamespace: true,
      resources: { requests: { cpu: "25m", memory: "256Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
      securityContext: { ...restrictedContainer, runAsUser: 65534 },
      // The default is in a registry that has ended.
      podChaos: { podFailure: { pauseImage: "registry.k8s.io/pause:3.10" } },
    },
    chaosDaemon: {
      runtime: "containerd",
      socketPath: CONTAINERD_SOCKET,
      resources: { requests: { cpu: "25m", memory: "64Mi" }, limits: { cpu: "250m", memory: "256Mi" } },
      // A fault can be wanted on any node.
      tolerations: [{ operator: "Exists" }],
    },
    // Drills are run by `slipway drill`, with evidence; nobody clicks one together.
    dashboard: { create: false },
    // Only for faults of name resolution, of which the table has none.
    dnsServer: { create: false },
  };
}
