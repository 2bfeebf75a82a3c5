import type { PlatformConfig } from "./config";
import { clusterName } from "./naming";
import { readsAsRoot } from "./logs-values";

export type Shipping = NonNullable<PlatformConfig["monitoring"]["logs"]["shipping"]>;
export type Destination = Shipping["destination"];

/** The variable that both agents put in where their settings name it. */
const TOKEN = "LOG_SHIPPING_TOKEN";
const env = [{ name: TOKEN, valueFrom: { secretKeyRef: { name: "log-shipping", key: "token" } } }];
/** What waits on a node for a destination that does not answer; beyond it the oldest lines go. */
const BUFFER_MIB = 256;

/** What both agents are on a node: as Alloy, which reads the same files (A9.1). */
const onNode = {
  securityContext: readsAsRoot,
  resources: { requests: { cpu: "50m", memory: "96Mi" }, limits: { cpu: "300m", memory: "256Mi" } },
  // Every node, whatever it is kept for (A9.3).
  tolerations: [{ operator: "Exists" }],
};
const logs = { name: "varlog", hostPath: { path: "/var/log" } };
const logsMount = { name: "varlog", mountPath: "/var/log", readOnly: true };

/** What the platform sets of the fluent-bit chart, and why. */
export function fluentBitValues(config: PlatformConfig, destination: Destination) {
  return {
    ...onNode,
    priorityClassName: "system-node-critical",
    serviceMonitor: { enabled: true },
    // A pod of the newest busybox that tries the agent's port.
    testFramework: { enabled: false },
    env,
    // The chart mounts the files of Docker and the machine's id too; neither is read.
    daemonSetVolumes: [logs],
    daemonSetVolumeMounts: [logsMount],
    extraVolumes: [{ name: "state", emptyDir: { sizeLimit: `${2 * BUFFER_MIB}Mi` } }],
    extraVolumeMounts: [{ name: "state", mountPath: "/fluent-bit/state" }],
    config: {
      service: section("SERVICE", {
        Daemon: "Off",
        Flush: "1",
        Log_Level: "info",
        Parsers_File: "/fluent-bit/etc/parsers.conf",
        HTTP_Server: "On",
        HTTP_Listen: "0.0.0.0",
        HTTP_Port: "2020",
        Health_Check: "On",
        "storage.path": "/fluent-bit/state/buffer",
      }),
      inputs: section("INPUT", {
        Name: "tail",
        Path: "/var/log/containers/*.log",
        // What it says of a failed delivery would be delivered, and fail.
        Exclude_Path: "/var/log/containers/fluent-bit-*.log",
        "multiline.parser": "cri",
        Tag: "kube.*",
        DB: "/fluent-bit/state/position.db",
        Mem_Buf_Limit: "5MB",
        Skip_Long_Lines: "On",
        "storage.type": "filesystem",
      }),
      filters: section("FILTER", {
        Name: "kubernetes",
        Match: "kube.*",
        Merge_Log: "On",
        Keep_Log: "Off",
        // All logs (A9.1): no annotation of an application keeps its own back.
        "K8S-Logging.Parser": "Off",
        "K8S-Logging.Exclude": "Off",
      }),
      // `backend.*`, which is often copied, is no value of this chart (A9.2).
      outputs: section("OUTPUT", {
        ...fluentBitOutput(config, destination),
        Match: "kube.*",
        Host: destination.host,
        Port: String(destination.port),
        tls: "On",
        "tls.verify": "On",
        Retry_Limit: "False",
        "storage.total_limit_size": `${BUFFER_MIB}M`,
      }),
    },
  };
}

function fluentBitOutput(config: PlatformConfig, destination: Destination): Record<string, string> {
  switch (destination.kind) {
    case "splunk":
      return { Name: "splunk", Splunk_Token: `\${${TOKEN}}` };
    case "elasticsearch":
      return {
        Name: "es",
        HTTP_User: destination.username,
        HTTP_Passwd: `\${${TOKEN}}`,
        Logstash_Format: "On",
        Logstash_Prefix: clusterName(config),
        // Types ended with Elasticsearch 8, and a label with dots is a tree to it.
        Suppress_Type_Name: "On",
        Replace_Dots: "On",
      };
    case "logstash":
      return { Name: "http", Format: "json", HTTP_User: destination.username, HTTP_Passwd: `\${${TOKEN}}` };
  }
}

/** A section of Fluent Bit's classic format. */
function section(name: string, settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(([key, value]) => `    ${key} ${value}\n`);
  return `[${name}]\n${lines.join("")}`;
}

/** What the platform sets of the vector chart, and why. */
export function vectorValues(config: PlatformConfig, destination: Destination) {
  const probe = { httpGet: { path: "/health", port: 8686 } };
  return {
    ...onNode,
    // A daemon on each node; the chart's default is one aggregator.
    role: "Agent",
    podPriorityClassName: "system-node-critical",
    env,
    // Of the host the chart would mount /var/lib, /proc and /sys too.
    defaultVolumes: [logs],
    defaultVolumeMounts: [logsMount],
    persistence: { hostPath: { enabled: false } },
    // Nobody sends to it; its figures are read of the pods.
    service: { enabled: false },
    serviceHeadless: { enabled: false },
    containerPorts: [{ name: "prom-exporter", containerPort: 9090, protocol: "TCP" }],
    podMonitor: { enabled: true },
    livenessProbe: probe,
    readinessProbe: probe,
    customConfig: {
      data_dir: "/vector-data-dir",
      api: { enabled: true, address: "0.0.0.0:8686" },
      sources: { pods: { type: "kubernetes_logs" }, itself: { type: "internal_metrics" } },
      sinks: {
        figures: { type: "prometheus_exporter", inputs: ["itself"], address: "0.0.0.0:9090" },
        destination: {
          ...vectorSink(config, destination),
          inputs: ["pods"],
          tls: { verify_certificate: true, verify_hostname: true },
          buffer: { type: "disk", max_size: 2 ** 20 * (BUFFER_MIB + 1), when_full: "drop_newest" },
        },
      },
    },
  };
}

function vectorSink(config: PlatformConfig, destination: Destination) {
  const url = `https://${destination.host}:${destination.port}`;
  switch (destination.kind) {
    case "splunk":
      return {
        type: "splunk_hec_logs",
        endpoint: url,
        default_token: `\${${TOKEN}}`,
        encoding: { codec: "json" },
      };
    case "elasticsearch":
      return {
        type: "elasticsearch",
        endpoints: [url],
        auth: { strategy: "basic", user: destination.username, password: `\${${TOKEN}}` },
        bulk: { index: `${clusterName(config)}-%Y.%m.%d` },
      };
    case "logstash":
      return {
        type: "http",
        uri: url,
        encoding: { codec: "json" },
        auth: { strategy: "basic", user: destination.username, password: `\${${TOKEN}}` },
      };
  }
}
