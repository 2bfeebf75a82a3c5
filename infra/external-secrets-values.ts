import type { PlatformConfig } from "./config";
import { replicas, restrictedContainer } from "./release";

/** The one service account that the central store knows (A12.5). */
export const SERVICE_ACCOUNT = "external-secrets";

/** What the platform sets of the External Secrets chart, and why. */
export function externalSecretsValues(config: PlatformConfig) {
  const part = (memory: { request: string; limit: string }) => ({
    replicaCount: replicas(config),
    podDisruptionBudget: { enabled: config.highAvailability, minAvailable: 1 },
    // The chart sets none. The controller holds every Secret of the cluster in memory, the others nearly nothing.
    resources: {
      requests: { cpu: "50m", memory: memory.request },
      limits: { cpu: "500m", memory: memory.limit },
    },
    securityContext: restrictedContainer,
  });
  const small = part({ request: "64Mi", limit: "256Mi" });
  return {
    installCRDs: true,
    // Kept when the chart goes: with the kinds all ExternalSecrets would go, and with those the Secrets they own.
    crds: { annotations: { "helm.sh/resource-policy": "keep" } },
    ...part({ request: "128Mi", limit: "512Mi" }),
    // Two controllers without an election would write against each other.
    leaderElect: config.highAvailability,
    serviceAccount: { name: SERVICE_ACCOUNT },
    // Off in the chart: a controller that hangs would go on looking healthy.
    livenessProbe: { enabled: true },
    readinessProbe: { enabled: true },
    webhook: { ...small, livenessProbe: { enabled: true } },
    certController: { ...small, livenessProbe: { enabled: true } },
  };
}
