import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { clusterName } from "./naming";
import { replicas } from "./release";

interface Surroundings {
  /** Namespace of what sees the host. */
  readonly agents: pulumi.Input<string>;
  readonly grafanaSecret: string;
  /** Address of the managed store, with a slash at its end; none without one. */
  readonly remote: pulumi.Input<string> | undefined;
}

/** Part of the volume that blocks may fill; the rest is the write-ahead log and what is being compacted. */
const BLOCKS_SHARE = 0.8;
/** What is worth keeping for a year: service levels, use per namespace, health; raw series stay in the cluster (A8.3). */
const KEPT_LONG =
  "up|ALERTS|slo:.*|.+:.+|kube_(node|pod)_status_phase|kube_resourcequota|(node|pv)_(total_)?hourly_cost";

/** What the platform sets of the kube-prometheus-stack chart, and why. */
export function prometheusStackValues(config: PlatformConfig, { agents, grafanaSecret, remote }: Surroundings) {
  const { retentionDays, diskGib } = config.monitoring.metrics;
  const budget = { podDisruptionBudget: { enabled: config.highAvailability } };
  return {
    // EKS runs these where nobody can scrape them; its kube-proxy answers on the node's loopback alone.
    kubeControllerManager: { enabled: false },
    kubeScheduler: { enabled: false },
    kubeEtcd: { enabled: false },
    kubeProxy: { enabled: false },
    defaultRules: {
      // Where an alert comes from is on each of them, as on ours (B6.2).
      additionalRuleLabels: { environment: config.environment },
      rules: {
        etcd: false,
        kubeControllerManager: false,
        kubeProxy: false,
        kubeSchedulerAlerting: false,
        kubeSchedulerRecording: false,
        windows: false,
      },
    },
    prometheusOperator: {
      resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "200m", memory: "512Mi" } },
      prometheusConfigReloader: {
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "100m", memory: "64Mi" } },
      },
    },
    prometheus: {
      ...budget,
      prometheusSpec: {
        replicas: replicas(config),
        podAntiAffinity: config.highAvailability ? "hard" : "soft",
        // Alerts are looked at every 30 s (B6.5).
        evaluationInterval: "30s",
        retention: `${retentionDays}d`,
        retentionSize: `${Math.floor(diskGib * BLOCKS_SHARE)}GiB`,
        externalLabels: { cluster: clusterName(config), environment: config.environment },
        resources:
          config.environment === "dev"
            ? { requests: { cpu: "200m", memory: "1Gi" }, limits: { cpu: "1", memory: "2Gi" } }
            : { requests: { cpu: "500m", memory: "4Gi" }, limits: { cpu: "2", memory: "8Gi" } },
        // Without a volume everything is lost at a restart (A8.1).
        storageSpec: volume(diskGib),
        // Monitors and rules of every namespace count, whoever installed them.
        serviceMonitorSelectorNilUsesHelmValues: false,
        podMonitorSelectorNilUsesHelmValues: false,
        ruleSelectorNilUsesHelmValues: false,
        probeSelectorNilUsesHelmValues: false,
        scrapeConfigSelectorNilUsesHelmValues: false,
        ...(remote === undefined
          ? {}
          : {
              remoteWrite: [
                {
                  url: pulumi.interpolate`${remote}api/v1/remote_write`,
                  sigv4: { region: config.region },
                  writeRelabelConfigs: [{ sourceLabels: ["__name__"], regex: KEPT_LONG, action: "keep" }],
                },
              ],
            }),
      },
    },
    alertmanager: {
      ...budget,
      alertmanagerSpec: {
        // Three: silences and what was told already survive the loss of one (A8.1).
        replicas: replicas(config, 3),
        podAntiAffinity: config.highAvailability ? "hard" : "soft",
        // Ours routes alerts of every namespace, a team's those of its own.
        alertmanagerConfigMatcherStrategy: { type: "OnNamespaceExceptForAlertmanagerNamespace" },
        storage: volume(2),
        resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { cpu: "100m", memory: "256Mi" } },
      },
    },
    grafana: {
      // It would run as root, to own a volume that fsGroup already gives to Grafana (A8.1).
      initChownData: { enabled: false },
      persistence: { enabled: true, storageClassName: "gp3", size: "10Gi" },
      // The volume goes from the old pod to the new one.
      deploymentStrategy: { type: "Recreate" },
      admin: { existingSecret: grafanaSecret, userKey: "admin-user", passwordKey: "admin-password" },
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
      sidecar: {
        resources: { requests: { cpu: "20m", memory: "96Mi" }, limits: { cpu: "100m", memory: "192Mi" } },
        // From a figure to a trace that is an example of it (G4.3); phase 9 brings the data source.
        datasources: { exemplarTraceIdDestinations: { datasourceUid: "tempo", traceIdLabelName: "trace_id" } },
      },
      testFramework: { enabled: false },
    },
    "kube-state-metrics": {
      resources: { requests: { cpu: "20m", memory: "96Mi" }, limits: { cpu: "200m", memory: "384Mi" } },
    },
    "prometheus-node-exporter": {
      // It sees the host, which `monitoring` does not allow.
      namespaceOverride: agents,
      resources: { requests: { cpu: "20m", memory: "32Mi" }, limits: { cpu: "200m", memory: "96Mi" } },
      containerSecurityContext: {
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
      },
    },
  };
}

function volume(gibibytes: number) {
  return {
    volumeClaimTemplate: {
      spec: {
        storageClassName: "gp3",
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: `${gibibytes}Gi` } },
      },
    },
  };
}
