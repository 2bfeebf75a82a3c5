import { z } from "zod";
import type { ChartTable } from "./chart";
import { anything, configMap, labelsOf, serviceAccount, workload } from "./workload";

const off = z.strictObject({ enabled: z.literal(false, { error: "the rehearsal plays Vector without a Service" }) });
const values = z.strictObject({
  role: z.enum(["Agent"], { error: "the rehearsal plays Vector as an agent" }),
  resources: anything.default({}),
  securityContext: anything.default({}),
  tolerations: z.array(anything).default([]),
  podPriorityClassName: z.string().default(""),
  env: z.array(anything).default([]),
  defaultVolumes: z.array(anything),
  defaultVolumeMounts: z.array(anything),
  persistence: z
    .strictObject({ hostPath: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}) })
    .prefault({}),
  service: off,
  serviceHeadless: off,
  containerPorts: z.array(anything).default([]),
  podMonitor: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
  livenessProbe: anything.default({}),
  readinessProbe: anything.default({}),
  customConfig: anything,
});
type Values = z.infer<typeof values>;

/** Vector 0.57.0 as an agent on each node, by the chart's templates; its settings are one file. */
export const vector: ChartTable<Values> = {
  version: "0.57.0",
  appVersion: "0.56.0-distroless-libc",
  values,
  objects(given, { release: name, namespace }) {
    const labels = labelsOf("vector", name, "Agent");
    return [
      serviceAccount(name, namespace, labels, true),
      // JSON is YAML; the chart's own rendering differs in nothing that is read.
      configMap(name, namespace, labels, { "vector.yaml": JSON.stringify(given.customConfig) }),
      workload({
        kind: "DaemonSet",
        name,
        namespace,
        labels,
        serviceAccount: name,
        containers: [
          {
            name: "vector",
            image: "docker.io/timberio/vector:0.56.0-distroless-libc",
            args: ["--config-dir", "/etc/vector/"],
            env: [
              { name: "VECTOR_LOG", value: "info" },
              ...given.env,
              { name: "VECTOR_SELF_NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
            ],
            ports: given.containerPorts,
            livenessProbe: given.livenessProbe,
            readinessProbe: given.readinessProbe,
            resources: given.resources,
            securityContext: given.securityContext,
            volumeMounts: [
              { name: "data", mountPath: String(given.customConfig["data_dir"] ?? "/vector-data-dir") },
              { name: "config", mountPath: "/etc/vector/", readOnly: true },
              ...given.defaultVolumeMounts,
            ],
          },
        ],
        volumes: [
          { name: "config", projected: { sources: [{ configMap: { name } }] } },
          given.persistence.hostPath.enabled
            ? { name: "data", hostPath: { path: "/var/lib/vector" } }
            : { name: "data", emptyDir: {} },
          ...given.defaultVolumes,
        ],
        pod: { tolerations: given.tolerations, priorityClassName: given.podPriorityClassName },
      }),
      ...(given.podMonitor.enabled
        ? [
            {
              apiVersion: "monitoring.coreos.com/v1",
              kind: "PodMonitor",
              metadata: { name, namespace, labels },
              spec: {
                jobLabel: "app.kubernetes.io/name",
                selector: { matchLabels: labels },
                namespaceSelector: { matchNames: [namespace] },
                podMetricsEndpoints: [{ port: "prom-exporter", path: "/metrics" }],
              },
            },
          ]
        : []),
    ];
  },
};
