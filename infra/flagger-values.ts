import type { PlatformConfig } from "./config";
import { guardedSpec } from "./environments/stable";
import { PROMETHEUS } from "./environments/strategy";
import { replicas, restrictedContainer } from "./release";

/** As whom its pods run: the chart's own number, which the restricted level asks to be said with the rest. */
const USER = 10001;

/** What the platform sets of the Flagger chart, and why. */
export function flaggerValues(config: PlatformConfig) {
  const environment = guardedSpec(config);
  return {
    // The kinds come with the chart's `crds` folder and stay when it goes; Helm 3 asks for nothing more.
    crd: { create: false },
    // Routes of the Gateway API, whichever controller serves the entry point.
    meshProvider: "gatewayapi:v1",
    // The project's own Prometheus judges; the chart's is for clusters that have none.
    metricsServer: PROMETHEUS,
    prometheus: { install: false },
    // It looks at canaries of the one environment there is, and takes nothing they name from other namespaces.
    ...(environment !== undefined && { namespace: environment.names.namespace }),
    noCrossNamespaceRefs: true,
    // One works, the other waits for the lease; without a lease the chart would have no second.
    leaderElection: { enabled: true, replicaCount: replicas(config) },
    podDisruptionBudget: { enabled: config.highAvailability, minAvailable: 1 },
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
    securityContext: { enabled: true, context: { ...restrictedContainer, runAsUser: USER } },
    // The chart asks a mesh's injector in; a namespace of the platform is in no mesh (A10.2).
    podAnnotations: { "linkerd.io/inject": "disabled" },
  };
}
