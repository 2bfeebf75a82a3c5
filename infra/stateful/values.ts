import type { PlatformConfig } from "../config";
import { replicas } from "../release";

/** Copies of an operator are on different nodes as far as there are some. */
const spread = (labels: Readonly<Record<string, string>>) => [
  {
    maxSkew: 1,
    topologyKey: "topology.kubernetes.io/zone",
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: labels },
  },
];

/** What the platform sets of the strimzi-kafka-operator chart, and why. */
export function strimziValues(config: PlatformConfig) {
  return {
    replicas: replicas(config),
    podDisruptionBudget: { enabled: config.highAvailability, minAvailable: 1 },
    // Brokers live in its own namespace; it needs no rights in any other.
    watchAnyNamespace: false,
    // The policies it makes let everybody come to a listener; the namespace's own name who may (A11.8, E3).
    generateNetworkPolicy: false,
    topologySpreadConstraints: spread({ name: "strimzi-cluster-operator" }),
    // The project's own sizes: a JVM that was measured.
    resources: { requests: { cpu: "200m", memory: "384Mi" }, limits: { cpu: "1000m", memory: "384Mi" } },
  };
}

/** What the platform sets of the cloudnative-pg chart, and why. */
export function cloudnativePgValues(config: PlatformConfig) {
  return {
    replicaCount: replicas(config),
    topologySpreadConstraints: spread(CLOUDNATIVE_PG_LABELS),
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
    containerSecurityContext: operatorContext,
  };
}
/** Pods of the operator; its chart has no disruption budget, so that ours selects them. */
export const CLOUDNATIVE_PG_LABELS = {
  "app.kubernetes.io/name": "cloudnative-pg",
  "app.kubernetes.io/instance": "cloudnative-pg",
};

/** What the platform sets of the plugin-barman-cloud chart, and why. */
export function barmanValues() {
  return {
    // One at a time: its Deployment is recreated, and archiving goes on without it in the instances' own sidecars.
    replicaCount: 1,
    resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
    containerSecurityContext: operatorContext,
  };
}

/** The images' own user, and never root whatever an image says. */
const operatorContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 10001,
  runAsGroup: 10001,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};
