import { z } from "zod";
import type { ChartTable } from "./chart";
import { anything, configMap, labelsOf, service, serviceAccount, workload } from "./workload";

const hostFolder = (name: string, folder: string, type?: string) => ({
  name,
  hostPath: { path: folder, ...(type !== undefined && { type }) },
});
const part = (text: string) => z.string().default(text);
const values = z.strictObject({
  resources: anything.default({}),
  securityContext: anything.default({}),
  tolerations: z.array(anything).default([]),
  priorityClassName: z.string().default(""),
  serviceMonitor: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
  testFramework: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
  env: z.array(anything).default([]),
  daemonSetVolumes: z
    .array(anything)
    .default([
      hostFolder("varlog", "/var/log"),
      hostFolder("varlibdockercontainers", "/var/lib/docker/containers"),
      hostFolder("etcmachineid", "/etc/machine-id", "File"),
    ]),
  daemonSetVolumeMounts: z.array(anything).default([
    { name: "varlog", mountPath: "/var/log" },
    { name: "varlibdockercontainers", mountPath: "/var/lib/docker/containers", readOnly: true },
    { name: "etcmachineid", mountPath: "/etc/machine-id", readOnly: true },
  ]),
  extraVolumes: z.array(anything).default([]),
  extraVolumeMounts: z.array(anything).default([]),
  config: z
    .strictObject({
      service: part("[SERVICE]\n"),
      inputs: part("[INPUT]\n"),
      filters: part("[FILTER]\n"),
      outputs: part("[OUTPUT]\n    Name es\n    Host elasticsearch-master\n"),
    })
    .prefault({}),
});
type Values = z.infer<typeof values>;

/** Fluent Bit, one on each node; its settings are four sections of one file. */
export const fluentBit: ChartTable<Values> = {
  version: "0.58.1",
  appVersion: "5.1.1",
  values,
  objects(given, { release: name, namespace }) {
    const labels = labelsOf("fluent-bit", name);
    const { service: itself, inputs, filters, outputs } = given.config;
    return [
      serviceAccount(name, namespace, labels),
      configMap(name, namespace, labels, { "fluent-bit.conf": [itself, inputs, filters, outputs].join("\n") }),
      workload({
        kind: "DaemonSet",
        name,
        namespace,
        labels,
        serviceAccount: name,
        containers: [
          {
            name: "fluent-bit",
            image: "cr.fluentbit.io/fluent/fluent-bit:5.1.1",
            command: ["/fluent-bit/bin/fluent-bit"],
            args: ["--workdir=/fluent-bit/etc", "--config=/fluent-bit/etc/conf/fluent-bit.conf"],
            env: given.env,
            ports: [{ name: "http", containerPort: 2020, protocol: "TCP" }],
            livenessProbe: { httpGet: { path: "/", port: "http" } },
            readinessProbe: { httpGet: { path: "/api/v2/health", port: "http" } },
            resources: given.resources,
            securityContext: given.securityContext,
            volumeMounts: [
              { name: "config", mountPath: "/fluent-bit/etc/conf" },
              ...given.daemonSetVolumeMounts,
              ...given.extraVolumeMounts,
            ],
          },
        ],
        volumes: [{ name: "config", configMap: { name } }, ...given.daemonSetVolumes, ...given.extraVolumes],
        pod: { tolerations: given.tolerations, priorityClassName: given.priorityClassName },
      }),
      service(name, namespace, labels, [{ name: "http", port: 2020, targetPort: "http" }]),
      ...(given.serviceMonitor.enabled
        ? [
            {
              apiVersion: "monitoring.coreos.com/v1",
              kind: "ServiceMonitor",
              metadata: { name, namespace, labels },
              spec: {
                selector: { matchLabels: labels },
                endpoints: [{ port: "http", path: "/api/v2/metrics/prometheus" }],
              },
            },
          ]
        : []),
    ];
  },
};
