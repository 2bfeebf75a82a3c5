import type { PlatformConfig } from "./config";
import { LOOK_SECONDS } from "./environments/delivery";
import { following, type RoleRule } from "./personas";
import { replicas } from "./release";

/** What the platform sets of the Argo CD chart, and why. */
export function argoCdValues(config: PlatformConfig) {
  // The chart sets no resources anywhere.
  const resources = (cpu: string, memory: string, limit: string) => ({
    requests: { cpu, memory },
    limits: { cpu: "1", memory: limit },
  });
  const twice = { replicas: replicas(config), pdb: { enabled: config.highAvailability, minAvailable: 1 } };
  return {
    // Kept when the chart goes: with the kinds all Applications would go, and with those what they delivered.
    crds: { install: true, keep: true },
    // The namespace denies by default; these let the parts reach each other.
    global: { networkPolicy: { create: true } },
    configs: {
      cm: {
        // No password: the initial secret is not even made (A7.1).
        "admin.enabled": false,
        // A shell in pods is break-glass, and not by this door (E4.4).
        "exec.enabled": false,
        // Labels are the application's own; what Argo CD tracks by is its annotation.
        "application.resourceTrackingMethod": "annotation",
        // What its account may not read it leaves out, asking the API server when it is refused (C6.4).
        "resource.respectRBAC": "strict",
        // How often the repository is looked at (C7.2).
        "timeout.reconciliation": `${LOOK_SECONDS[config.environment === "dev" ? "qa" : config.environment]}s`,
      },
      // Whoever gets to the server by any other way may nothing.
      rbac: { "policy.default": "" },
    },
    // One works, the others would wait: applications are sharded over controllers, not shared.
    controller: {
      replicas: 1,
      resources: resources("250m", "512Mi", "2Gi"),
      // The chart's own are everything, everywhere. It reads what it delivers; what it writes, roles of namespaces say.
      clusterRoleRules: { enabled: true, rules: ruled(following) },
    },
    server: {
      ...twice,
      service: { type: "ClusterIP" },
      ingress: { enabled: false },
      // Nobody logs in, so it shows, patches and deletes nothing of the cluster's; its role in its namespace stays.
      clusterRoleRules: { enabled: true, rules: [] },
      resources: resources("50m", "128Mi", "512Mi"),
    },
    repoServer: { ...twice, resources: resources("100m", "256Mi", "1Gi") },
    applicationSet: { ...twice, resources: resources("50m", "128Mi", "512Mi") },
    // A cache: built anew in a minute when it is gone, which three copies and their proxies would not be worth.
    redis: { resources: resources("50m", "64Mi", "256Mi") },
    redisSecretInit: { resources: resources("50m", "64Mi", "128Mi") },
    // Nobody logs in, so nobody is asked who he is; notifications come with the alerts.
    dex: { enabled: false },
    notifications: { enabled: false },
  };
}

/** Rules as values of a chart, which are written. */
const ruled = (rules: readonly RoleRule[]) =>
  rules.map(({ apiGroups, resources, verbs }) => ({
    apiGroups: [...apiGroups],
    resources: [...resources],
    verbs: [...verbs],
  }));
