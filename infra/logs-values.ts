import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { clusterName } from "./naming";
import { replicas, restrictedContainer } from "./release";

/** How Loki is found; its service account has the release's name. */
export const LOKI = {
  name: "loki",
  port: 3100,
  /** Ports its copies speak on with one another: HTTP, gRPC, membership. */
  ring: [3100, 9095, 7946],
  url: "http://loki.loki.svc.cluster.local:3100",
} as const;

/** First day of the index; a new format gets a line of its own, with a day to come. */
const SCHEMA = [
  { from: "2026-01-01", store: "tsdb", object_store: "s3", schema: "v13", index: { prefix: "index_", period: "24h" } },
];

/** What the platform sets of the Loki chart, and why. */
export function lokiValues(config: PlatformConfig, bucket: pulumi.Input<string>) {
  const copies = replicas(config, 3);
  const none = { replicas: 0 };
  return {
    deploymentMode: "Monolithic",
    loki: {
      // One tenant: who may read is decided by Grafana and the cluster's rights.
      auth_enabled: false,
      // As many copies of each line as there are Lokis, at most three.
      commonConfig: { replication_factor: copies },
      schemaConfig: { configs: SCHEMA },
      storage: {
        type: "s3",
        s3: { region: config.region },
        // The chart's own default names are those of somebody else's buckets.
        bucketNames: { chunks: bucket, ruler: bucket, admin: bucket },
      },
      // Deletion is the compactor's work: a lifecycle rule of the bucket would take the index along.
      limits_config: { retention_period: `${config.monitoring.logs.retentionDays * 24}h`, volume_enabled: true },
      compactor: { retention_enabled: true, delete_request_store: "s3" },
      analytics: { reporting_enabled: false },
    },
    singleBinary: {
      replicas: copies,
      sidecar: false,
      podDisruptionBudget: { enabled: config.highAvailability, maxUnavailable: 1 },
      // What is not in the bucket yet survives a restart here.
      persistence: { enabled: true, storageClass: "gp3", size: "10Gi" },
      resources:
        config.environment === "dev"
          ? { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "1Gi" } }
          : { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "2Gi" } },
    },
    // The parts of the other modes: three of each by default, and the chart refuses them beside a single binary.
    read: none,
    write: none,
    backend: none,
    // Everything that speaks to Loki is in the cluster and reaches its Service.
    gateway: { enabled: false },
    // Sized for far more than this: 9.8 GiB by default.
    chunksCache: { enabled: false },
    resultsCache: { enabled: false },
    // The verification writes and finds a line of its own.
    lokiCanary: { enabled: false },
    test: { enabled: false },
    monitoring: { serviceMonitor: { enabled: true } },
  };
}

/** Of every collector on a node: files of pods belong to root, so it reads as root, and may do nothing else as root. */
export const readsAsRoot = {
  runAsUser: 0,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** What the platform sets of the Alloy chart, and why. */
export function alloyValues(config: PlatformConfig) {
  return {
    alloy: {
      configMap: { content: pipeline(config) },
      enableReporting: false,
      mounts: { varlog: true, extra: [{ name: "state", mountPath: "/tmp/alloy" }] },
      securityContext: readsAsRoot,
      resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "300m", memory: "384Mi" } },
    },
    configReloader: {
      resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "50m", memory: "64Mi" } },
      securityContext: { ...restrictedContainer, runAsUser: 65534, runAsGroup: 65534 },
    },
    controller: {
      type: "daemonset",
      // Every node, whatever it is kept for (A9.3).
      tolerations: [{ operator: "Exists" }],
      priorityClassName: "system-node-critical",
      volumes: { extra: [{ name: "state", emptyDir: { sizeLimit: "256Mi" } }] },
    },
    serviceMonitor: { enabled: true },
  };
}

/** Alloy's own language: this node's pods, their files, what the container runtime wrote around each line, Loki. */
function pipeline(config: PlatformConfig): string {
  const labels = [
    ["__meta_kubernetes_namespace", "namespace"],
    ["__meta_kubernetes_pod_name", "pod"],
    ["__meta_kubernetes_pod_container_name", "container"],
    ["__meta_kubernetes_pod_node_name", "node"],
  ] as const;
  const copied = labels.map(
    ([from, to]) => `  rule {\n    source_labels = ["${from}"]\n    target_label  = "${to}"\n  }\n`,
  );
  return `logging {
  level  = "info"
  format = "json"
}

discovery.kubernetes "pods" {
  role = "pod"
  selectors {
    role  = "pod"
    field = "spec.nodeName=" + coalesce(sys.env("HOSTNAME"), constants.hostname)
  }
}

discovery.relabel "pods" {
  targets = discovery.kubernetes.pods.targets
${copied.join("")}  rule {
    source_labels = ["__meta_kubernetes_pod_label_app_kubernetes_io_name", "__meta_kubernetes_pod_label_app"]
    separator     = ";"
    regex         = ";*([^;]+).*"
    target_label  = "app"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_uid", "__meta_kubernetes_pod_container_name"]
    separator     = "/"
    replacement   = "/var/log/pods/*$1/*.log"
    target_label  = "__path__"
  }
}

local.file_match "pods" {
  path_targets = discovery.relabel.pods.output
}

loki.source.file "pods" {
  targets    = local.file_match.pods.targets
  forward_to = [loki.process.pods.receiver]
}

loki.process "pods" {
  stage.cri { }
  forward_to = [loki.write.store.receiver]
}

loki.write "store" {
  endpoint {
    url = "${LOKI.url}/loki/api/v1/push"
  }
  external_labels = {
    cluster     = "${clusterName(config)}",
    environment = "${config.environment}",
  }
}
`;
}
