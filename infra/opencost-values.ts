import { charts } from "./charts";
import type { PlatformConfig } from "./config";
import { clusterName } from "./naming";
import { restrictedContainer } from "./release";

/** How OpenCost is found, by the release's name. */
export const OPENCOST = { name: "opencost", port: 9003 } as const;
/** Prometheus of phase 08, by the names its chart gives under the release's. */
const PROMETHEUS = { serviceName: "kube-prometheus-stack-prometheus", port: 9090 };
/** Where it keeps what it makes up of prices; nothing that a restart may not lose. */
const SCRATCH = [
  { name: "configs", mountPath: "/var/configs" },
  { name: "tmp", mountPath: "/tmp" },
];

/** What the platform sets of the OpenCost chart, and why. */
export function openCostValues(config: PlatformConfig) {
  return {
    opencost: {
      exporter: {
        // Figures of several clusters come together in the long-term store.
        defaultClusterId: clusterName(config),
        resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
        // The chart sets no context at all.
        securityContext: { ...restrictedContainer, runAsUser: 1001, runAsGroup: 1001 },
        extraVolumeMounts: SCRATCH,
      },
      prometheus: {
        // The chart looks for `prometheus-server` in `prometheus-system`, which nobody makes.
        internal: { enabled: true, namespaceName: charts["kube-prometheus-stack"].namespace, ...PROMETHEUS },
      },
      metrics: { serviceMonitor: { enabled: true } },
      // Costs are looked at in Grafana (A17.1), behind its login.
      ui: { enabled: false },
      // Nobody asks it, and it asks nobody who they are.
      mcp: { enabled: false },
    },
    extraVolumes: SCRATCH.map(({ name }) => ({ name, emptyDir: { sizeLimit: "256Mi" } })),
  };
}
